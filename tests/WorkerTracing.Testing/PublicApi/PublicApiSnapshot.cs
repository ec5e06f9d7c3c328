using System.Reflection;

namespace WorkerTracing.Testing.PublicApi;

/// <summary>Compares what an assembly shows to its users with the text that was approved of it.</summary>
public static class PublicApiSnapshot
{
    /// <param name="assembly">The assembly.</param>
    /// <param name="folder">The approved file's folder, from the repository's root.</param>
    /// <returns>What differs, and how to approve it; empty if nothing does.</returns>
    public static string Difference(Assembly assembly, string folder)
    {
        string name = assembly.GetName().Name!;
        string approved = Repository.PathOf(Path.Combine(folder, $"{name}.approved.txt"));
        string text = PublicApiText.Of(assembly);
        string before = File.Exists(approved) ? File.ReadAllText(approved).ReplaceLineEndings("\n") : "";
        if (text == before)
            return "";

        string received = Path.Combine(AppContext.BaseDirectory, $"{name}.received.txt");
        File.WriteAllText(received, text);
        return $"""
            The public API of {name} is not what was approved.
            {Lines("-", before, text)}{Lines("+", text, before)}
            If it is meant to be so: cp "{received}" "{approved}"
            """;
    }

    private static string Lines(string sign, string text, string other)
    {
        HashSet<string> known = [.. Members(other)];
        return string.Concat(Members(text).Where(line => !known.Contains(line)).Select(line => $"{sign} {line}\n"));
    }

    /// <summary>The lines, a member's behind the name of its type.</summary>
    private static IEnumerable<string> Members(string text)
    {
        string type = "";
        foreach (string line in text.Split('\n').Where(line => line is not ("" or "{" or "}")))
        {
            if (line[0] == ' ')
            {
                yield return $"{type}: {line.Trim()}";
                continue;
            }

            type = line.Split(" : ")[0].Split("WorkerTracing.", 2)[^1];
            yield return line;
        }
    }
}
