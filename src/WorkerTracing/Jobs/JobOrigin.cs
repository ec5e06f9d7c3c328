using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Context.Propagation;

namespace WorkerTracing;

/// <summary>
/// Who enqueues a job: the trace context and baggage that travel with it to the worker, as the W3C headers <c>traceparent</c>,
/// <c>tracestate</c> and <c>baggage</c>. For integrations that carry a trace through a queue.
/// </summary>
/// <param name="Context">The span that enqueues. The default means that the origin is not known.</param>
/// <param name="Baggage">Its baggage, or null where there is none.</param>
/// <remarks>Formats: W3C Trace Context level 1 and W3C Baggage, by OpenTelemetry's own propagators.</remarks>
public readonly record struct JobOrigin(ActivityContext Context, IReadOnlyDictionary<string, string?>? Baggage)
{
    /// <summary>Names the header of the trace context.</summary>
    public const string TraceParentHeader = "traceparent";

    /// <summary>Names the header of the vendors' part of the trace context.</summary>
    public const string TraceStateHeader = "tracestate";

    /// <summary>Names the header of the baggage.</summary>
    public const string BaggageHeader = "baggage";

    /// <summary>The longest header that is read. W3C asks for 512 characters of tracestate and 8192 of baggage at the least.</summary>
    private const int LongestHeader = 8192;

    private static readonly TraceContextPropagator TraceContext = new();
    private static readonly BaggagePropagator BaggageItems = new();

    /// <summary>
    /// Gets what code that enqueues a job now should send along: the ambient span, and <see cref="OpenTelemetry.Baggage.Current"/>, or else
    /// the baggage of the ambient <see cref="Activity"/>.
    /// </summary>
    /// <remarks>
    /// An ambient span that has ended is the origin all the same: it is no parent in this process, but work that outlives it enqueues in
    /// its name. An ambient span that no sampler has seen (an ASP.NET Core request without a listener) is left out.
    /// </remarks>
    public static JobOrigin Current
    {
        get
        {
            Activity? ambient = Activity.Current;
            return new JobOrigin(
                ambient is not null && AmbientSpan.HasSamplingDecision(ambient) ? ambient.Context : default,
                CurrentBaggage(ambient));
        }
    }

    /// <summary>Writes the headers. Writes nothing for what is not there.</summary>
    /// <typeparam name="TCarrier">The type that takes the headers.</typeparam>
    /// <param name="carrier">What takes the headers.</param>
    /// <param name="set">Writes one header: carrier, name, value.</param>
    public void Inject<TCarrier>(TCarrier carrier, Action<TCarrier, string, string> set)
    {
        ArgumentNullException.ThrowIfNull(set);
        if (Context == default && Baggage is null)
            return;
        var propagated = new PropagationContext(
            Context,
            Baggage is null ? default : OpenTelemetry.Baggage.Create(BaggageScope.Copy(Baggage)));
        TraceContext.Inject(propagated, carrier, set);
        BaggageItems.Inject(propagated, carrier, set);
    }

    /// <summary>
    /// Reads the headers. Never throws for what they hold: a header that is malformed, or longer than 8192 characters, counts as
    /// absent and is counted in <c>worker_tracing.context.rejected</c>.
    /// </summary>
    /// <typeparam name="TCarrier">The type that holds the headers.</typeparam>
    /// <param name="carrier">What holds the headers.</param>
    /// <param name="get">Reads one header: carrier, name. Null where there is none.</param>
    /// <returns>What the headers say; the default where they say nothing. The context is marked as remote.</returns>
    public static JobOrigin Extract<TCarrier>(TCarrier carrier, Func<TCarrier, string, string?> get)
    {
        ArgumentNullException.ThrowIfNull(get);
        string? traceParent = Read(TraceParentHeader);
        string? traceState = traceParent is null ? null : Read(TraceStateHeader);
        string? baggage = Read(BaggageHeader);
        if (traceParent is null && baggage is null)
            return default;

        PropagationContext found = TraceContext.Extract(default, (traceParent, traceState), static (headers, name) => name switch
        {
            TraceParentHeader when headers.traceParent is { } value => [value],
            TraceStateHeader when headers.traceState is { } value => [value],
            _ => null,
        });
        if (traceParent is not null && found.ActivityContext == default)
            Telemetry.RejectContext(TraceParentHeader);
        if (baggage is null)
            return new JobOrigin(found.ActivityContext, null);

        PropagationContext items = BaggageItems.Extract(default, baggage, static (header, name) => name == BaggageHeader ? [header] : null);
        if (items.Baggage.Count == 0)
        {
            Telemetry.RejectContext(BaggageHeader);
            return new JobOrigin(found.ActivityContext, null);
        }

        return new JobOrigin(found.ActivityContext, new Dictionary<string, string?>(items.Baggage.GetBaggage()!));

        string? Read(string name)
        {
            string? value = get(carrier, name);
            if (string.IsNullOrEmpty(value))
                return null;
            if (value.Length <= LongestHeader)
                return value;
            Telemetry.RejectContext(name);
            return null;
        }
    }

    private static Dictionary<string, string?>? CurrentBaggage(Activity? ambient)
    {
        Baggage baggage = OpenTelemetry.Baggage.Current;
        if (baggage.Count > 0)
            return new Dictionary<string, string?>(baggage.GetBaggage()!);
        Dictionary<string, string?>? items = null;
        foreach ((string name, string? value) in ambient?.Baggage ?? [])
            (items ??= []).TryAdd(name, value); // the innermost item of a name comes first
        return items;
    }
}
