// Package crontab makes CronJobs of the lines of a crontab: its macros, its variables, CRON_TZ,
// and what stands behind "%".
package crontab
