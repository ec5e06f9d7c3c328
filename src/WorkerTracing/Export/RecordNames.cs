using System.Runtime.CompilerServices;

namespace WorkerTracing;

/// <summary>
/// The names of the exporters that a recorder serves now. Exporters of one kind are numbered in the order in which they are created, so that
/// each has the records of its own; after a restart the same order finds them again.
/// </summary>
internal sealed class RecordNames
{
    private static readonly ConditionalWeakTable<FlightRecorder, RecordNames> OfRecorders = [];

    private readonly Lock _sync = new();
    private readonly HashSet<string> _taken = []; // written under _sync

    public static RecordNames Of(FlightRecorder recorder) => OfRecorders.GetValue(recorder, static _ => new RecordNames());

    /// <summary>Takes the name, or the first free one with a number behind it.</summary>
    public string Take(string name)
    {
        lock (_sync)
        {
            string free = name;
            for (int number = 2; !_taken.Add(free); number++)
                free = $"{name} {number}";
            return free;
        }
    }

    public void Release(string name)
    {
        lock (_sync)
            _taken.Remove(name);
    }
}
