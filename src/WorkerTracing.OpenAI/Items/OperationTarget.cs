using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// What an operation was done with, where only the span's name says it: the conventions name a span <c>{operation} {target}</c>.
/// </summary>
internal static class OperationTarget
{
    public static string Of(Activity span, string operation)
    {
        string name = span.DisplayName;
        return name.Length > operation.Length + 1 && name.StartsWith(operation, StringComparison.Ordinal) && name[operation.Length] == ' '
            ? name[(operation.Length + 1)..]
            : name;
    }
}
