using OpenTelemetry;
using OpenTelemetry.Context;

namespace WorkerTracing;

/// <summary>
/// Sets <see cref="Baggage.Current"/> for a job and puts back what was there. OpenTelemetry keeps the baggage in a holder that all flows
/// forked
/// from one context share, so setting it in place would show in the caller and in the jobs beside this one: the job gets a holder of its
/// own.
/// </summary>
internal readonly struct BaggageScope
{
    private const string Slot = "otel.baggage";

    private readonly object? _outer;
    private readonly bool _entered;

    private BaggageScope(object? outer)
    {
        _outer = outer;
        _entered = true;
    }

    public static BaggageScope Enter(IReadOnlyDictionary<string, string?>? baggage)
    {
        if (baggage is null)
            return default;
        var own = Baggage.Create(Copy(baggage)); // somebody else's dictionary: before anything is changed
        _ = Baggage.Current; // registers the slot
        var scope = new BaggageScope(RuntimeContext.GetValue(Slot));
        RuntimeContext.SetValue(Slot, (object?)null);
        Baggage.Current = own;
        return scope;
    }

    public void Leave()
    {
        if (_entered)
            RuntimeContext.SetValue(Slot, _outer);
    }

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
}
