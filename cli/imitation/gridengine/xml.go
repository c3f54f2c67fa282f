package gridengine

import (
	"encoding/xml"
	"fmt"
	"io"
)

// xmlSchema is what the root names, as programs expect it.
const xmlSchema = "http://arc.liv.ac.uk/repos/darcs/sge/source/dist/util/resources/schemas/qstat/qstat.xsd"

// xmlTime is how times are written there.
const xmlTime = "2006-01-02T15:04:05"

type xmlJob struct {
	XMLName   xml.Name `xml:"job_list"`
	State     string   `xml:"state,attr"`
	Number    int64    `xml:"JB_job_number"`
	Priority  string   `xml:"JAT_prio"`
	Name      string   `xml:"JB_name"`
	Owner     string   `xml:"JB_owner"`
	Letters   string   `xml:"state"`
	Started   string   `xml:"JAT_start_time,omitempty"`
	Submitted string   `xml:"JB_submission_time,omitempty"`
	Queue     string   `xml:"queue_name"`
	Slots     int64    `xml:"slots"`
	Tasks     string   `xml:"tasks,omitempty"`
}

type xmlList struct {
	XMLName xml.Name `xml:"job_info"`
	Schema  string   `xml:"xmlns:xsd,attr"`
	Running []xmlJob `xml:"queue_info>job_list"`
	Pending []xmlJob `xml:"job_info>job_list"`
}

// writeXML prints what is listed as qstat -xml does.
func writeXML(out io.Writer, shown []row) error {
	all := xmlList{Schema: xmlSchema}
	for i := range shown {
		r := &shown[i]
		j := xmlJob{
			State: "pending", Number: r.job.ID, Priority: prior, Name: r.job.Name, Owner: r.job.User, Letters: shortState(r.state),
			Queue: r.queue(), Slots: slots(r.job), Tasks: r.tasks,
		}
		at := r.time().Local().Format(xmlTime)
		if group(r.state) == "p" {
			j.Submitted = at
			all.Pending = append(all.Pending, j)
			continue
		}
		j.State, j.Started = "running", at
		all.Running = append(all.Running, j)
	}
	if err := writeDocument(out, all); err != nil {
		return err
	}
	return nil
}

func writeDocument(out io.Writer, value any) error {
	body, err := xml.MarshalIndent(value, "", "  ")
	if err != nil {
		return fmt.Errorf("writing XML: %w", err)
	}
	_, err = fmt.Fprintf(out, "<?xml version='1.0'?>\n%s\n", body)
	if err != nil {
		return fmt.Errorf("writing XML: %w", err)
	}
	return nil
}
