package wfformat

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"depctl.dev/cli/importer/output"
)

// Workflow is what a file says.
type Workflow struct {
	Name, Version string
	Tasks         []Task
}

// Task is one of a workflow. Its parents are IDs.
type Task struct {
	output.Place
	ID, Name string
	Parents  []string
	// Program and Arguments are what ran; the program is empty if that is not said.
	Program   string
	Arguments []string
	// Seconds is how long it took, Cores and Bytes what it had; 0 if that is not said.
	Seconds, Cores, Bytes float64
	Files                 bool
}

// versions are those whose tasks are understood.
var versions = []string{"1.3", "1.4", "1.5", "1.6"}

// task has the fields of all versions: until 1.4 a task has all about it, from 1.5 on
// its execution is a task of its own with the same id.
type task struct {
	ID       string
	Name     string
	Parents  []string
	Children []string
	Command  struct {
		Program   string
		Arguments []string
	}
	Runtime     float64         `json:"runtime"`
	Seconds     float64         `json:"runtimeInSeconds"`
	Cores       float64         `json:"cores"`
	CoreCount   float64         `json:"coreCount"`
	Memory      float64         `json:"memory"`
	Bytes       float64         `json:"memoryInBytes"`
	Files       json.RawMessage `json:"files"`
	InputFiles  []string        `json:"inputFiles"`
	OutputFiles []string        `json:"outputFiles"`
}

type document struct {
	Name          string
	SchemaVersion string
	Workflow      struct {
		Tasks         []task
		Specification struct{ Tasks []task }
		Execution     struct{ Tasks []task }
	}
}

// Read returns the workflow of a file.
func Read(file output.File) (*Workflow, error) {
	var d document
	if err := json.Unmarshal([]byte(file.Text), &d); err != nil {
		return nil, fmt.Errorf("it is no WfFormat: %w", err)
	}
	if d.SchemaVersion != "" && !slices.Contains(versions, d.SchemaVersion) {
		return nil, fmt.Errorf("its schemaVersion is %s, and 1.3 to 1.6 are understood", d.SchemaVersion)
	}
	tasks := slices.Concat(d.Workflow.Specification.Tasks, d.Workflow.Tasks)
	if len(tasks) == 0 {
		return nil, errors.New("it has no tasks")
	}
	ran := map[string]task{}
	for _, t := range d.Workflow.Execution.Tasks {
		ran[t.ID] = t
	}
	lines := linesOf(file.Text)
	w := &Workflow{Name: d.Name, Version: d.SchemaVersion}
	ids := map[string]string{} // by id and, as old files have it, by name
	for i := range tasks {
		t := &tasks[i]
		if t.ID == "" {
			t.ID = t.Name
		}
		if ids[t.ID] == t.ID {
			return nil, fmt.Errorf("two tasks have the id %q", t.ID)
		}
		ids[t.ID] = t.ID
	}
	for _, t := range tasks {
		if _, taken := ids[t.Name]; !taken {
			ids[t.Name] = t.ID
		}
	}
	at := map[string]int{}
	for _, t := range tasks {
		made := taskOf(t, ran[t.ID])
		made.Place = output.Place{File: file.Name, Line: lines[t.ID]}
		at[t.ID] = len(w.Tasks)
		w.Tasks = append(w.Tasks, made)
	}
	for _, t := range tasks {
		for _, parent := range t.Parents {
			id, ok := ids[parent]
			if !ok {
				return nil, fmt.Errorf("task %s has a parent %s, and there is no such task", t.ID, parent)
			}
			w.edge(at, id, t.ID)
		}
		for _, child := range t.Children {
			id, ok := ids[child]
			if !ok {
				return nil, fmt.Errorf("task %s has a child %s, and there is no such task", t.ID, child)
			}
			w.edge(at, t.ID, id)
		}
	}
	return w, nil
}

func (w *Workflow) edge(at map[string]int, parent, child string) {
	t := &w.Tasks[at[child]]
	if !slices.Contains(t.Parents, parent) {
		t.Parents = append(t.Parents, parent)
	}
}

func taskOf(t, ran task) Task {
	first := func(values ...float64) float64 {
		for _, v := range values {
			if v > 0 {
				return v
			}
		}
		return 0
	}
	made := Task{
		ID: t.ID, Name: t.Name, Program: t.Command.Program, Arguments: t.Command.Arguments,
		Seconds: first(ran.Seconds, t.Seconds, t.Runtime, ran.Runtime),
		Cores:   first(ran.CoreCount, t.CoreCount, t.Cores),
		Bytes:   first(ran.Bytes, t.Bytes, t.Memory*1000), // memory is in KB
		Files:   len(t.InputFiles)+len(t.OutputFiles) > 0 || len(t.Files) > len("[]"),
	}
	if ran.Command.Program != "" {
		made.Program, made.Arguments = ran.Command.Program, ran.Command.Arguments
	}
	return made
}

var identity = regexp.MustCompile(`"(?:id|name)"\s*:\s*"((?:[^"\\]|\\.)*)"`)

// linesOf returns where an id or name is first said.
func linesOf(text string) map[string]int {
	lines := map[string]int{}
	line, from := 1, 0
	for _, m := range identity.FindAllStringSubmatchIndex(text, -1) {
		line += strings.Count(text[from:m[0]], "\n")
		from = m[0]
		if word := text[m[2]:m[3]]; lines[word] == 0 {
			lines[word] = line
		}
	}
	return lines
}
