using Hangfire;
using Hangfire.PostgreSql;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Trace;
using WorkerTracing;

namespace Snippets;

/// <summary>docs/frameworks/hangfire.md and the package's README.</summary>
internal static class HangfireServer
{
    public static void Host(HostApplicationBuilder builder, string database)
    {
        #region host
        builder.Services.AddWorkerTracing(options => options.Flush = FlushMode.Background).AddOtlpExporter();

        builder.Services.AddHangfire((services, hangfire) => hangfire
            .UsePostgreSqlStorage(postgres => postgres.UseNpgsqlConnection(database))
            .UseWorkerTracing(services)
            .UseWorkerTracingJobDetails("https://jaeger.example/trace/{traceId}"));
        builder.Services.AddHangfireServer();
        #endregion
    }

    public static void WithoutContainer(TracerProvider tracerProvider, WorkerTracingOptions options)
    {
        #region without-a-container
        GlobalJobFilters.Filters.Add(new JobTraceFilter(new JobTracer(tracerProvider, options)));
        #endregion
    }
}

/// <summary>docs/long-running-workers.md.</summary>
internal static class ComingFromRq
{
    public static void Enqueue(IBackgroundJobClient jobs, int ticketId)
    {
        #region rq-enqueue
        jobs.Enqueue<TicketJobs>(tickets => tickets.SummariseAsync(ticketId, CancellationToken.None));
        #endregion
    }
}

public interface IAgent
{
    Task<string> RunAsync(string input, CancellationToken cancellationToken);
}

#region rq-job
public sealed class TicketJobs(IAgent agent)
{
    [FlushTrace(FlushMode.Wait)]
    public Task<string> SummariseAsync(int ticketId, CancellationToken cancellationToken)
    {
        JobTrace.Current?.GroupId = $"ticket-{ticketId}";
        return agent.RunAsync($"Summarise ticket {ticketId}.", cancellationToken);
    }
}
#endregion
