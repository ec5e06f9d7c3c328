using Hangfire.Common;

namespace WorkerTracing;

/// <summary>The name of what a job runs: <c>Type.Method</c>, with the type arguments of a generic type.</summary>
internal static class JobName
{
    public static string Of(Job? job) => job is null ? "unknown" : $"{Of(job.Type)}.{job.Method.Name}";

    private static string Of(Type type)
    {
        if (!type.IsGenericType)
            return type.Name;

        int arity = type.Name.IndexOf('`', StringComparison.Ordinal);
        string name = arity < 0 ? type.Name : type.Name[..arity];
        return $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Of))}>";
    }
}
