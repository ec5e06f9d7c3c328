using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace WorkerTracing;

/// <summary>Warns of keys in the configuration that set nothing, and of times that are days where seconds were meant.</summary>
internal sealed class ConfigurationWarnings(
    IConfiguration configuration,
    IOptions<WorkerTracingOptions> options,
    RateLimitedLogger log)
{
    /// <summary>The times that are rarely days. Those of a flush are warned of from code, too.</summary>
    private static readonly string[] Times =
    [
        nameof(WorkerTracingOptions.LinkAfter),
        nameof(WorkerTracingOptions.ReportRunningAfter),
        nameof(WorkerTracingOptions.ReportRunningEvery),
    ];

    public void Write()
    {
        IConfigurationSection section = configuration.GetSection(WorkerTracingConfiguration.Section);
        WarnOfKeys(section, WorkerTracingConfiguration.AdviceFor);
        WarnOfKeys(section.GetSection(WorkerTracingConfiguration.Recorder), WorkerTracingConfiguration.RecorderAdviceFor);
        foreach (IConfigurationSection other in configuration.GetChildren())
        {
            if (WorkerTracingConfiguration.AdviceFor(other) is { } advice)
                Log.UnknownOption(log, other.Path, advice);
        }

        WarnOfDays(nameof(WorkerTracingOptions.FlushTimeout), options.Value.FlushTimeout);
        WarnOfDays(nameof(WorkerTracingOptions.ShutdownTimeout), options.Value.ShutdownTimeout);
        foreach (string option in Times)
        {
            if (int.TryParse(section[option], NumberStyles.None, CultureInfo.InvariantCulture, out int days))
                WarnOfDays(option, TimeSpan.FromDays(days));
        }
    }

    private void WarnOfKeys(IConfigurationSection section, Func<string, string?> adviceFor)
    {
        foreach (IConfigurationSection setting in section.GetChildren())
        {
            if (adviceFor(setting.Key) is { } advice)
                Log.UnknownOption(log, setting.Path, advice);
        }
    }

    private void WarnOfDays(string option, TimeSpan value)
    {
        if (value >= TimeSpan.FromDays(1))
            Log.TimeoutOfDays(log, option, value, value.TotalDays);
    }
}
