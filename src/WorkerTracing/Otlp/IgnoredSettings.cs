using System.Globalization;

namespace WorkerTracing;

/// <summary>Collects settings that cannot be used, for one warning that names each, its value and what is used instead.</summary>
internal sealed class IgnoredSettings
{
    private readonly List<string> _sentences = [];

    public bool IsEmpty => _sentences.Count == 0;

    public void Add(string name, object value, string expected, object used) => _sentences.Add(
        string.Create(CultureInfo.InvariantCulture, $"Ignoring {name}='{value}': expected {expected}. Using {used}."));

    /// <summary>Adds a limit.</summary>
    public void Add(string name, string value, string used) => Add(name, value, "a whole number", used);

    /// <summary>Adds a setting whose value may hold a secret.</summary>
    public void AddHidden(string name, string problem) => _sentences.Add($"Ignoring a part of {name}: {problem}.");

    public override string ToString() => string.Join(' ', _sentences);
}
