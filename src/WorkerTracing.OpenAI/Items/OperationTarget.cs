using System.Diagnostics;

namespace WorkerTracing;

/// <summary>Finds the target of an operation in the span's name, which the conventions form as <c>{operation} {target}</c>.</summary>
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
