using Hangfire;
using Hangfire.States;
using WorkerTracing.Testing;

namespace WorkerTracing.Hangfire.Tests;

/// <summary>What a forced flush does to a Hangfire worker.</summary>
public sealed class FlushTests
{
    [TestCase("option")]
    [TestCase("method")]
    [TestCase("class")]
    [TestCase("interface")]
    public async Task Perform_WhereTheTraceIsWaitedFor_ItIsDeliveredBeforeTheJobSucceeds(string chosenBy)
    {
        string[]? delivered = null;
        using Server server = new Server(
            new WorkerTracingOptions
            {
                Flush = chosenBy == "option" ? FlushMode.Wait : FlushMode.None,
                FlushTimeout = TimeSpan.FromSeconds(30)
            },
            filters: server => server.Filters.Add(new Probe
            {
                Electing = context =>
                {
                    if (context.CandidateState.Name == SucceededState.StateName)
                        delivered = [.. server.Exporter.Spans.Where(span => span.Source.Name == server.Source.Name || Equals(
                            span.GetTagItem("worker_tracing.job.id"),
                            context.BackgroundJob.Id)).Select(static span => span.DisplayName)];
                },
            })).Start();
        string key = Work.Does(() => server.Source.StartActivity("step")?.Dispose());

        string job = chosenBy switch
        {
            "method" => server.Client.Enqueue(() => Work.RunAndFlush(key)),
            "class" => server.Client.Enqueue(() => FlushedWork.Run(key)),
            "interface" => server.Client.Enqueue<ContractWork>(work => work.Run(key)),
            _ => server.Client.Enqueue(() => Work.Run(key)),
        };

        await server.StateAsync(job, SucceededState.StateName);
        Assert.That(
            delivered,
            Has.Length.EqualTo(2).And.Contains("step"),
            "the job's span and its child, at the moment that Hangfire moves the job on");
    }

    [Test]
    public async Task Perform_WhileAnotherJobsTraceIsWaitedFor_GoesOn()
    {
        using var gate = new Gate();
        using var server = new Server(new WorkerTracingOptions { FlushTimeout = TimeSpan.FromSeconds(30) });
        server.Exporter.OnExport = _ =>
        {
            gate.Pass();
            return OpenTelemetry.ExportResult.Success;
        };
        server.Start(2);
        string key = Work.Does(static () => { });

        string waiting = server.Client.Enqueue(() => Work.RunAndFlush(key));
        await gate.EnteredAsync();
        for (int i = 0; i < 10; i++)
            await server.StateAsync(server.Client.Enqueue(() => Work.Run(key)), SucceededState.StateName);

        Assert.That(
            server.Storage.GetConnection().GetStateData(waiting).Name,
            Is.EqualTo(ProcessingState.StateName),
            "its worker waits, and only its worker");
        gate.Open();
        await server.StateAsync(waiting, SucceededState.StateName);
    }

    [Test]
    public async Task Perform_WhereTheExporterHangs_TheJobSucceedsAfterTheTimeout()
    {
        using var gate = new Gate();
        using var server = new Server(new WorkerTracingOptions { Flush = FlushMode.Wait, FlushTimeout = TimeSpan.FromMilliseconds(50) });
        server.Exporter.OnExport = _ =>
        {
            gate.Pass();
            return OpenTelemetry.ExportResult.Success;
        };
        server.Start();
        string key = Work.Does(static () => { });

        await server.StateAsync(server.Client.Enqueue(() => Work.Run(key)), SucceededState.StateName);

        Assert.That(gate.Entered, Is.EqualTo(1));
        gate.Open();
    }
}
