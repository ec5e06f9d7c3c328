using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace WorkerTracing;

/// <summary>
/// The arguments of a job, read from the framework's own form when a callback or the capture of arguments first asks for them. Most jobs
/// never pay for it.
/// </summary>
/// <typeparam name="TSource">The type that holds the arguments in the framework.</typeparam>
/// <param name="source">Holds the arguments.</param>
/// <param name="read">
/// Reads the arguments that are the job's own; of two with one name the last counts. Runs once, on the thread of the first access, and its
/// exception reaches that access.
/// </param>
internal sealed class LazyArguments<TSource>(TSource source, Func<TSource, IEnumerable<KeyValuePair<string, object?>>> read)
    : IReadOnlyDictionary<string, object?>
{
    private Dictionary<string, object?>? _arguments;

    public int Count => Arguments.Count;

    public IEnumerable<string> Keys => Arguments.Keys;

    public IEnumerable<object?> Values => Arguments.Values;

    private Dictionary<string, object?> Arguments => _arguments ??= Read();

    public object? this[string key] => Arguments[key];

    public bool ContainsKey(string key) => Arguments.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value) => Arguments.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => Arguments.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private Dictionary<string, object?> Read()
    {
        var arguments = new Dictionary<string, object?>();
        foreach ((string name, object? value) in read(source))
            arguments[name] = value;
        return arguments;
    }
}
