using OpenTelemetry;
using OpenTelemetry.Context;

namespace WorkerTracing;

/// <summary>Gives a job a baggage of its own, and restores the baggage of the flow at the job's end.</summary>
/// <remarks>
/// OpenTelemetry keeps the baggage in a holder that all flows share which were forked from one context. A change shows in the caller and in
/// the jobs beside this one. So a job never runs with a holder that existed before it.
/// </remarks>
internal readonly struct BaggageScope
{
    /// <summary>
    /// Makes OpenTelemetry's slot: reading a slot that does not exist throws. Creating a baggage does not make it, and a process that only
    /// performs jobs may do nothing else with baggage.
    /// </summary>
    private static readonly string Slot = MakeSlot();

    private readonly object? _holderBefore;
    private readonly bool _entered;

    private BaggageScope(object? holderBefore)
    {
        _holderBefore = holderBefore;
        _entered = true;
    }

    /// <summary>Sets the baggage of a job.</summary>
    /// <param name="baggage">The job's baggage; null for a copy of the current one.</param>
    public static BaggageScope Enter(Dictionary<string, string>? baggage)
    {
        Baggage own = baggage is null ? Baggage.Current : Baggage.Create(baggage);
        object? holder = RuntimeContext.GetValue(Slot);
        if (holder is not null)
            RuntimeContext.SetValue(Slot, (object?)null);
        if (own.Count > 0)
            Baggage.Current = own;
        return new BaggageScope(holder);
    }

    /// <summary>Restores the baggage. The job can have made a holder where none was.</summary>
    public void Leave()
    {
        if (_entered && !ReferenceEquals(RuntimeContext.GetValue(Slot), _holderBefore))
            RuntimeContext.SetValue(Slot, _holderBefore);
    }

    /// <summary>Copies the application's dictionary, which can throw.</summary>
    public static Dictionary<string, string> Copy(IReadOnlyDictionary<string, string?> baggage)
    {
        var items = new Dictionary<string, string>(baggage.Count);
        foreach ((string key, string? value) in baggage)
        {
            if (value is not null)
                items[key] = value;
        }

        return items;
    }

    private static string MakeSlot()
    {
        _ = Baggage.Current;
        return "otel.baggage";
    }
}
