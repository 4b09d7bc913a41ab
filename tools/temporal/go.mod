module followup/tools/temporal

go 1.26.8

tool (
	github.com/temporalio/cli/cmd/temporal
	go.temporal.io/server/cmd/server
	go.temporal.io/server/cmd/tools/sql
)

require (
	github.com/temporalio/cli v1.8.2
	go.temporal.io/server v1.32.0
	github.com/temporalio/ui-server/v2 v2.54.1
)

replace github.com/temporalio/cli/cliext => github.com/temporalio/cli/cliext v0.0.0-20260731000218-c579925f193f
