using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Hangfire;
using Hangfire.Common;
using Hangfire.Server;

namespace WorkerTracing;

/// <summary>A job's arguments by the names of its parameters, put together only when somebody looks. Hangfire's own are left out.</summary>
internal sealed class JobArguments(Job job) : IReadOnlyDictionary<string, object?>
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
        ParameterInfo[] parameters = job.Method.GetParameters();
        var arguments = new Dictionary<string, object?>(parameters.Length);
        for (int i = 0; i < parameters.Length && i < job.Args.Count; i++)
        {
            if (!IsSubstituted(parameters[i].ParameterType))
                arguments[parameters[i].Name ?? $"arg{i}"] = job.Args[i];
        }

        return arguments;
    }

    private static bool IsSubstituted(Type type) =>
        type == typeof(CancellationToken) || type == typeof(IJobCancellationToken) || type == typeof(PerformContext);
}
