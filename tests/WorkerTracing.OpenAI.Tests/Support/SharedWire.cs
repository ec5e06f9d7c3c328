using System.Text.Json.Nodes;
using WorkerTracing.Testing;

namespace WorkerTracing.OpenAI.Tests;

/// <summary>
/// Requests that were captured from openai-agents. They lie beside the repository, where there are any: <c>../shared/wire</c>.
/// </summary>
internal static class SharedWire
{
    /// <summary>The items of a captured case. Ignores the test where the captures are not there.</summary>
    public static IReadOnlyList<JsonObject> Items(string capture)
    {
        string? path = Find(capture);
        if (path is null)
        {
            const string Reason = "The captured payloads are not beside this repository (../shared/wire).";
            if (RequiredServers.IsOn)
                Assert.Fail(Reason);
            Assert.Ignore(Reason);
        }

        JsonNode file = JsonNode.Parse(File.ReadAllText(path!))!;
        return [.. file["requests"]!.AsArray().SelectMany(static request => request!["body"]!["data"]!.AsArray())
            .Select(static item => item!.AsObject())];
    }

    private static string? Find(string capture)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "WorkerTracing.sln")))
                continue;
            string path = Path.Combine(folder.FullName, "..", "shared", "wire", capture);
            return File.Exists(path) ? path : null;
        }
        return null;
    }
}
