using Microsoft.Extensions.Options;

namespace WorkerTracing;

internal sealed class FlightRecorderOptionsValidator : IValidateOptions<FlightRecorderOptions>
{
    private const long LeastBytes = 16L * 1024 * 1024;

    public ValidateOptionsResult Validate(string? name, FlightRecorderOptions options)
    {
        var failures = new OptionFailures(nameof(FlightRecorderOptions));
        Check(failures, options, "");
        return failures.ToResult();
    }

    /// <summary>Adds what is wrong with the options.</summary>
    /// <param name="failures">Takes it.</param>
    /// <param name="options">The options.</param>
    /// <param name="prefix">Goes before the names of the options.</param>
    public static void Check(OptionFailures failures, FlightRecorderOptions options, string prefix)
    {
        string directory = options.Directory;
        failures.Check(
            !string.IsNullOrWhiteSpace(directory) && !directory.Contains('\0', StringComparison.Ordinal),
            prefix + nameof(options.Directory),
            directory is null ? null : $"'{directory.Replace("\0", "\\0", StringComparison.Ordinal)}'",
            "the path of a directory");
        failures.Check(
            options.MaxBytes >= LeastBytes, prefix + nameof(options.MaxBytes), options.MaxBytes, $"at least {LeastBytes} (16 MiB)");
        failures.Check(options.MaxAge > TimeSpan.Zero, prefix + nameof(options.MaxAge), options.MaxAge, "positive");
    }
}
