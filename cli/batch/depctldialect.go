package batch

// depctlDialect is depctl's own.
func depctlDialect() *Dialect {
	return &Dialect{Name: "depctl", Prefix: "#DEPCTL", Spelling: Long, Options: depctlOptions()}
}
