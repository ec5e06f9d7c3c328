using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using WorkerTracing.Testing;

namespace WorkerTracing.Docs.Tests;

/// <summary>samples/QueueWorker, run as the README's first command runs it.</summary>
[Platform(Exclude = "Win", Reason = "A signal is what ends the sample.")]
public sealed partial class QueueWorkerTests
{
    [Test]
    public async Task FirstJob_OnTheConsole_IsTheTreeOfTheReadme()
    {
        await using SampleProcess sample = await SampleProcess.StartAsync("QueueWorker");
        await sample.WroteAsync(FirstTrace());

        string readme = File.ReadAllText(Repository.PathOf("README.md")).ReplaceLineEndings("\n");
        Assert.That(Names(FirstTrace().Match(sample.Output).Value), Is.EqualTo(Names(FirstTrace().Match(readme).Value)));
        Assert.That(await sample.StopAsync(), Is.Zero, sample.Output);
    }

    [Test]
    public async Task Post_WithoutABody_IsAnotherJob()
    {
        await using SampleProcess sample = await SampleProcess.StartAsync("QueueWorker");

        string answer = await PostAsCurlAsync(sample.Address, "/jobs");

        Assert.That(answer, Does.StartWith("HTTP/1.1 202 "));
        await sample.WroteAsync(SecondJob());
    }

    /// <summary>As <c>curl -X POST</c> sends it: without a body, and without a length of one, which an HttpClient adds.</summary>
    private static async Task<string> PostAsCurlAsync(Uri server, string path)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: {server.Authority}\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token);
    }

    private static string[] Names(string tree) => [.. Span().Matches(tree).Select(static span => span.Groups[1].Value)];

    [GeneratedRegex(@"^trace [0-9a-f]{32}\n└─ index-markdown .*\n(   .*\n)+? {3}└─ write index .*\n", RegexOptions.Multiline)]
    private static partial Regex FirstTrace();

    [GeneratedRegex(@"(Job \w+ indexed [\s\S]*){2}")]
    private static partial Regex SecondJob();

    [GeneratedRegex(@"^([│ ]*[└├]─ .+?)  [\d.]+ m?s", RegexOptions.Multiline)]
    private static partial Regex Span();
}
