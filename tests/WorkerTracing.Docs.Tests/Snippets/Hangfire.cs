using Hangfire.PostgreSql;
using OpenTelemetry.Trace;
#region readme
using Hangfire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkerTracing;
#endregion

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

/// <summary>README.md.</summary>
internal static class ReadmeHangfire
{
    public static async Task RunAsync(string[] args)
    {
        #region readme
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddWorkerTracing().AddConsoleExporter();       // or .AddOtlpExporter()
        builder.Services.AddHangfire((services, hangfire) => hangfire
            .UseInMemoryStorage()                                       // or yours
            .UseWorkerTracing(services));
        builder.Services.AddHangfireServer();
        using IHost host = builder.Build();
        await host.StartAsync();

        var jobs = host.Services.GetRequiredService<IBackgroundJobClient>();
        jobs.Enqueue<MailJobs>(mails => mails.WelcomeAsync("ada@example.com"));
        await host.WaitForShutdownAsync();
        #endregion
    }
}

#region readme
public sealed class MailJobs
{
    [FlushTrace(FlushMode.Wait)]   // its trace is delivered before Hangfire changes the job's state
    public Task WelcomeAsync(string address) => Console.Out.WriteLineAsync($"Welcome, {address}");
}
#endregion

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
