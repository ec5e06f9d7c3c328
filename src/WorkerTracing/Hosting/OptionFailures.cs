using System.Globalization;
using Microsoft.Extensions.Options;

namespace WorkerTracing;

/// <summary>Collects what is wrong with a set of options, each by its name and value.</summary>
internal sealed class OptionFailures(string options)
{
    private readonly List<string> _failures = [];

    public void Check(bool valid, string option, object? value, string rule)
    {
        if (!valid)
            _failures.Add(string.Create(CultureInfo.InvariantCulture, $"{options}.{option} is {value ?? "null"}; it must be {rule}."));
    }

    public ValidateOptionsResult ToResult() =>
        _failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_failures);
}
