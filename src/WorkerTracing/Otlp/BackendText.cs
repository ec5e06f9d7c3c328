using System.Text;

namespace WorkerTracing;

/// <summary>Makes text from a backend fit for the log: one line, bounded, and without the secrets that the request carried.</summary>
internal sealed class BackendText(IReadOnlyList<string> secrets)
{
    private const int MaxLength = 200;
    private const int MinSecretLength = 4;

    private readonly string[] _secrets = [.. secrets.Where(static secret => secret.Length >= MinSecretLength)];

    public string Clean(string text)
    {
        foreach (string secret in _secrets)
            text = text.Replace(secret, "***", StringComparison.OrdinalIgnoreCase);
        var line = new StringBuilder();
        foreach (char character in text)
        {
            bool isSpace = char.IsWhiteSpace(character) || char.IsControl(character);
            if (!isSpace)
                line.Append(character);
            else if (line.Length > 0 && line[^1] != ' ')
                line.Append(' ');
            if (line.Length >= MaxLength)
                return line.Append('…').ToString();
        }

        return line.ToString().TrimEnd();
    }
}
