using Microsoft.Extensions.Options;

namespace WorkerTracing;

internal sealed class WorkerTracingOptionsValidator : IValidateOptions<WorkerTracingOptions>
{
    public ValidateOptionsResult Validate(string? name, WorkerTracingOptions options)
    {
        var failures = new OptionFailures(nameof(WorkerTracingOptions));
        failures.Check(Enum.IsDefined(options.Flush), nameof(options.Flush), options.Flush, "None, Background or Wait");
        failures.Check(Timeouts.IsValid(options.FlushTimeout), nameof(options.FlushTimeout), options.FlushTimeout, Timeouts.Rule);
        failures.Check(Timeouts.IsValid(options.ShutdownTimeout), nameof(options.ShutdownTimeout), options.ShutdownTimeout, Timeouts.Rule);
        failures.Check(Enum.IsDefined(options.Relation), nameof(options.Relation), options.Relation, "Auto, Child or Link");
        failures.Check(options.LinkAfter >= TimeSpan.Zero, nameof(options.LinkAfter), options.LinkAfter, "zero or more");
        Check(options.ReportRunningAfter, nameof(options.ReportRunningAfter));
        Check(options.ReportRunningEvery, nameof(options.ReportRunningEvery));
        return failures.ToResult();

        // ReportRunningAfter = "30" in a file is a month, which is too long for a timer.
        void Check(TimeSpan time, string option) => failures.Check(
            Timeouts.IsValid(time), option, time, $"{Timeouts.Rule}. In the configuration a plain number is a number of days");
    }
}
