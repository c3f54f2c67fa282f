-- Argo CD's health check of Jobs, for those that wait for others. It goes into the ConfigMap
-- argocd-cm as resource.customizations.health.batch_Job.
local metadata, spec, status = obj.metadata or {}, obj.spec or {}, obj.status or {}
local annotations = metadata.annotations or {}
local is = {}
for _, condition in ipairs(status.conditions or {}) do
  is[condition.type] = condition
end
local function holds(kind)
  return is[kind] ~= nil and is[kind].status == "True"
end

if holds("Complete") then
  return {status = "Healthy", message = is["Complete"].message or "complete"}
end
if holds("Failed") then
  if is["Failed"].reason == "NotTaken" then
    return {status = "Healthy", message = is["Failed"].message or "this branch was not taken"}
  end
  return {status = "Degraded", message = is["Failed"].message or "failed"}
end
if not spec.suspend then
  return {status = "Progressing", message = "runs"}
end
if annotations["depctl.dev/hold"] ~= nil then
  return {status = "Suspended", message = "on hold: " .. annotations["depctl.dev/hold"]}
end
if annotations["depctl.dev/depends-on"] == nil then
  return {status = "Suspended", message = "suspended"}
end
local said = is["depctl.dev/DependenciesMet"]
if said == nil then
  return {status = "Progressing", message = "waits for " .. annotations["depctl.dev/depends-on"]}
end
-- Nothing but another manifest helps against these.
if said.reason == "InvalidExpression" or said.reason == "InvalidAnnotation" or said.reason == "DependencyCycle" then
  return {status = "Degraded", message = said.message}
end
return {status = "Progressing", message = said.message}
