using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Quartz;

namespace WorkerTracing;

/// <summary>A firing's job data without what Quartz itself keeps there. Reads the map only when somebody reads the arguments.</summary>
/// <param name="data">The merged data of the job and the trigger.</param>
internal sealed class JobArguments(JobDataMap data) : IReadOnlyDictionary<string, object?>
{
    private const string QuartzPrefix = "QRTZ_";

    public int Count => Own().Count();

    public IEnumerable<string> Keys => Own().Select(static argument => argument.Key);

    public IEnumerable<object?> Values => Own().Select(static argument => argument.Value);

    public object? this[string key]
        => TryGetValue(key, out object? value) ? value : throw new KeyNotFoundException($"The job has no argument '{key}'.");

    public bool ContainsKey(string key) => IsOwn(key) && data.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value)
    {
        value = null;
        return IsOwn(key) && data.TryGetValue(key, out value);
    }

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => Own().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    // The input of a typed job is the one argument that Quartz carries under a name of its own.
    private static bool IsOwn(string key) => !key.StartsWith(QuartzPrefix, StringComparison.Ordinal) || key == SchedulerConstants.JobInput;

    private IEnumerable<KeyValuePair<string, object?>> Own() => data.Where(static argument => IsOwn(argument.Key));
}
