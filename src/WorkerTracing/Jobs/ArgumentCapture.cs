using System.Diagnostics;

namespace WorkerTracing;

/// <summary>Records the arguments of a job on its span, where <see cref="WorkerTracingOptions.CaptureArguments"/> is on.</summary>
internal sealed class ArgumentCapture(Func<string, object?, object?>? redact, Callbacks callbacks)
{
    private const int MaxArguments = 32;

    /// <summary>Records the first 32 arguments. Dictionary, values and redaction are the application's, and can throw.</summary>
    public void Record(Activity span, IReadOnlyDictionary<string, object?> arguments) => callbacks.Run(
        nameof(JobInfo.Arguments),
        (span, arguments) =>
        {
            foreach ((string name, object? value) in arguments.Take(MaxArguments))
            {
                if (callbacks.Ask(nameof(WorkerTracingOptions.Redact), TextOf, (name, value), null) is { } text)
                    span.SetTag(SpanAttributes.ArgumentPrefix + name, text);
            }
        },
        span,
        arguments);

    private string? TextOf((string Name, object? Value) argument)
    {
        object? value = redact is null ? argument.Value : redact(argument.Name, argument.Value);
        return value is null ? null : ArgumentText.Of(value);
    }
}
