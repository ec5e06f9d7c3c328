using System.Diagnostics;
using System.Globalization;

namespace WorkerTracing;

/// <summary>
/// An attempt at a message: the facts that the attempt after it needs, kept in memory for a retry and in a header for a redelivery.
/// </summary>
/// <param name="Number">From 1; 0 if there was no attempt.</param>
/// <param name="Context">Its span; the default if that was not recorded.</param>
internal readonly record struct ConsumeAttempt(int Number, ActivityContext Context)
{
    /// <summary>
    /// The header of a redelivered message. MassTransit copies the headers of a consumed message to the messages that its consumer sends,
    /// except those that begin with <c>MT-</c>.
    /// </summary>
    public const string Header = "MT-WorkerTracing-Attempt";

    private const int HighestNumber = 1_000_000;

    /// <summary>Reads <see cref="Header"/>.</summary>
    /// <returns>The default if the header is absent or malformed.</returns>
    public static ConsumeAttempt Parse(string? header)
    {
        int end = header is { Length: < 80 } ? header.IndexOf(';', StringComparison.Ordinal) : -1;
        if (end < 0
            || !int.TryParse(header.AsSpan(0, end), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            || number is < 1 or > HighestNumber)
        {
            return default;
        }

        return new ConsumeAttempt(
            number,
            ActivityContext.TryParse(header![(end + 1)..], null, isRemote: true, out ActivityContext context) ? context : default);
    }

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Number};{(Context == default ? "" : $"00-{Context.TraceId}-{Context.SpanId}-0{(int)Context.TraceFlags}")}");
}
