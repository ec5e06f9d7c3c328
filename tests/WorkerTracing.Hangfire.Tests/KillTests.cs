using System.Text.RegularExpressions;
using Hangfire;
using Npgsql;
using WorkerTracing.Testing;

namespace WorkerTracing.Hangfire.Tests;

/// <summary>A real worker, killed in the middle of a job that the next worker runs again.</summary>
public sealed class KillTests
{
    [Test]
    public async Task Kill_OfAWorkerOnSQLite_TheNextAttemptLinksToTheOneThatDied()
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("hangfire-kill");
        (OtlpSpan next, string died, OtlpReceiver backend) =
            await KillAndRunAgainAsync(("SQLite", Path.Combine(directory.FullName, "jobs.db")), recorder: null);
        directory.Delete(recursive: true);

        AssertLink(next, died);
        Assert.That(backend.Spans.Select(static span => span.SpanId), Has.None.EqualTo(died), "its span went with its process");
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Kill_OfAWorkerOnPostgreSQL_TheNextAttemptLinksToTheOneThatDied(bool recorded)
    {
        string server = TestStorage.Server("WORKERTRACING_POSTGRES", "PostgreSQL server (an Npgsql connection string)");
        string name = $"killed_{Guid.NewGuid():n}";
        await ExecuteAsync(server, $"CREATE DATABASE {name}");
        DirectoryInfo? directory = recorded ? Directory.CreateTempSubdirectory("hangfire-kill") : null;
        string database = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;

        (OtlpSpan next, string died, OtlpReceiver backend) = await KillAndRunAgainAsync(("PostgreSQL", database), directory?.FullName);
        directory?.Delete(recursive: true);
        await ExecuteAsync(server, $"DROP DATABASE {name} WITH (FORCE)");

        AssertLink(next, died);
        Assert.That(
            backend.Spans.Where(span => span.SpanId == died).Select(static span => span.Attributes["error.type"]).Distinct(),
            Is.EqualTo(recorded ? ["abandoned"] : Array.Empty<string>()));
    }

    private static async Task<(OtlpSpan Next, string Died, OtlpReceiver Backend)> KillAndRunAgainAsync(
        (string Kind, string Connection) storage, string? recorder)
    {
        await using var backend = new OtlpReceiver();
        JobStorage jobs = WorkerProcess.Open(storage.Kind, storage.Connection);
        new BackgroundJobClient(jobs).Enqueue(() => KilledWork.Run());
        (jobs as IDisposable)?.Dispose();

        string died;
        await using (ChildProcess first = WorkerProcess.Start(storage, backend.Endpoint, recorder, ends: false))
        {
            await first.WroteAsync(new Regex(@"^running \w+$", RegexOptions.Multiline));
            first.Kill();
            await first.EndedAsync();
            died = first.Output.Split('\n').Single(static line => line.StartsWith("running ", StringComparison.Ordinal)).Split(' ')[1];
        }

        await using ChildProcess second = WorkerProcess.Start(storage, backend.Endpoint, recorder, ends: true);
        await Until.TrueAsync(
            () => backend.Spans.Any(span => span.SpanId != died) && (recorder is null || backend.Spans.Any(span => span.SpanId == died)),
            "the next attempt has been exported, and with a recorder the one that died");
        second.CloseInput();
        await second.EndedAsync();
        return (backend.Spans.Single(span => span.SpanId != died), died, backend);
    }

    private static void AssertLink(OtlpSpan next, string died)
    {
        Assert.That(next.LinkedSpanIds, Is.EqualTo(new[] { died }), "one link, whoever knows the attempt before");
        Assert.That(next.Attributes["workflow.execution.result"], Is.EqualTo("success"));
        Assert.That(next.Attributes["worker_tracing.attempt"], Is.EqualTo(1), "Hangfire counts no failure");
    }

    private static async Task ExecuteAsync(string server, string sql)
    {
        await using var source = NpgsqlDataSource.Create(server);
        await using NpgsqlCommand command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
