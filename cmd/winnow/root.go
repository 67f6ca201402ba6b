package main

import (
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set by the build: see the Makefile.
var version = "dev"

func newRootCmd() *cobra.Command {
	root := &cobra.Command{
		Use:   "winnow",
		Short: "The gate between Kafka and the accelerators",
		Long: `winnow reads records from Kafka topics, decodes them into Arrow columns, checks every one of them against its contract (schema, quality rules,
sensitive data), writes every verdict down, and sets the bad records aside where a person can review them.`,
		Example: `  winnow demo
  winnow check --contract flights.yaml --input flights.ndjson.gz
  winnow run --config winnow.yaml`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
	}
	root.CompletionOptions.HiddenDefaultCmd = false
	root.AddCommand(newRunCmd(), newDemoCmd(), newCheckCmd(), newBenchCmd(), newVerifyCmd(), newLoadgenCmd(), newQuarantineCmd(), newContractCmd(),
		newConfigCmd(), newVersionCmd())
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return wrong(fmt.Errorf("%w: see %s --help", err, c.CommandPath()))
	})
	return root
}

func newVersionCmd() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Args:    cobra.NoArgs,
		Example: "  winnow version\n  winnow version | cut -d' ' -f2",
		RunE: func(cmd *cobra.Command, _ []string) error {
			revision := "unknown"
			if info, ok := debug.ReadBuildInfo(); ok {
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" {
						revision = s.Value
					}
				}
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "winnow %s (revision %s, %s, %s/%s)\n", version, revision, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

// logFlags are the flags of every command that logs.
type logFlags struct{ level, format string }

func (f *logFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.level, "log-level", "info", "debug, info, warn or error")
	cmd.Flags().StringVar(&f.format, "log-format", "text", "text or json")
}

func (f *logFlags) logger(w io.Writer) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.level)); err != nil {
		return nil, wrong(fmt.Errorf("--log-level %q is none of debug, info, warn, error", f.level))
	}
	options := &slog.HandlerOptions{Level: level}
	switch f.format {
	case "text":
		return slog.New(slog.NewTextHandler(w, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, options)), nil
	}
	return nil, wrong(fmt.Errorf("--log-format %q is neither text nor json", f.format))
}
