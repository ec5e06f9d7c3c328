using System.Threading.Channels;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Quartz;
using WorkerTracing;

namespace Snippets;

/// <summary>docs/long-running-workers.md.</summary>
public static class LongRunningWorkers
{
    public static async Task<FlushResult> ReadTheAnswerAsync(JobTracer tracer, ILogger logger, CancellationToken stoppingToken)
    {
        #region read-the-answer
        JobTrace job = tracer.Start(new JobInfo { System = "hosted", Name = "nightly-report", Flush = FlushMode.Wait });
        try
        {
            await BuildReportAsync(stoppingToken);
        }
        catch (Exception exception)
        {
            job.Fail(exception, stoppingToken);   // canceled where the token asked for it, else failed
            throw;
        }
        finally
        {
            FlushResult result = await job.EndAsync(CancellationToken.None);   // first ends the span, then waits
            if (result.Status != FlushStatus.Delivered)
                logger.LogWarning("Trace {TraceId}: {Status}, {Lost} spans lost", job.TraceId, result.Status, result.Lost);
        }
        #endregion

        return job.Result;
    }

    public static void ChooseByRule(IServiceCollection services)
    {
        #region choose-by-rule
        services.AddWorkerTracing(options =>
        {
            options.Flush = FlushMode.None;
            options.FlushSelector = job => job.Queue == "interactive" ? FlushMode.Background : null;   // null: the attribute or the option decides
        }).AddOtlpExporter();
        #endregion
    }

    public static async Task<FlushResult> AskAsync(ITraceFlusher flusher, CancellationToken cancellationToken)
    {
        #region flush-by-hand
        FlushResult result = await flusher.FlushAsync(TimeSpan.FromSeconds(5), cancellationToken);   // all that has ended until now
        #endregion

        return result;
    }

    public static void Bus(IServiceCollection services)
    {
        #region celery-bus
        services.AddWorkerTracing().AddGenAISources().AddOpenAIExporter();
        services.AddMassTransit(bus =>
        {
            bus.AddConsumer<SummariseTicketConsumer>();
            bus.UsingRabbitMq((context, rabbit) =>
            {
                rabbit.UseWorkerTracing(context);
                rabbit.ConfigureEndpoints(context);
            });
        });
        #endregion
    }

    public static void Middleware(IServiceCollection services)
    {
        #region dramatiq-middleware
        services.AddWorkerTracing(options => options.Flush = FlushMode.Wait).AddOpenAIExporter();   // every consumer, as with the middleware
        #endregion
    }

    public static void RawMessages(IRabbitMqBusFactoryConfigurator rabbit, IRegistrationContext context)
    {
        #region dramatiq-producer
        rabbit.ReceiveEndpoint("summarise", endpoint =>
        {
            endpoint.UseRawJsonDeserializer(isDefault: true);
            endpoint.ConfigureConsumer<SummariseTicketConsumer>(context);
        });
        #endregion
    }

    public static void Web(WebApplicationBuilder builder)
    {
        #region fastapi-app
        builder.Services.AddWorkerTracing().AddGenAISources().AddSource("Microsoft.AspNetCore").AddOpenAIExporter();
        builder.Services.AddSingleton(Channel.CreateBounded<Prompt>(capacity: 100));
        builder.Services.AddHostedService<PromptWorker>();

        WebApplication app = builder.Build();
        app.MapPost("/run", (string prompt, Channel<Prompt> queue) =>
            queue.Writer.TryWrite(new Prompt(prompt, JobOrigin.Current)) ? Results.Accepted() : Results.StatusCode(503));
        #endregion
    }

    public static void Periodic(IServiceCollection services)
    {
        #region beat
        services.AddQuartz(q => q
            .UseWorkerTracing()
            .ScheduleJob<NightlyReport>(trigger => trigger.WithCronSchedule("0 0 3 * * ?"), job => job.WithIdentity("nightly-report")));
        services.AddQuartzHostedService(options => options.WaitForJobsToComplete = true);
        #endregion
    }

    internal static async Task BuildReportAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
    }
}

public sealed record SummariseTicket(int TicketId);

public interface IAgent
{
    Task<string> RunAsync(string input, CancellationToken cancellationToken);
}

#region celery-consumer
[FlushTrace(FlushMode.Wait)]   // delivered first, acknowledged then
public sealed class SummariseTicketConsumer(IAgent agent) : IConsumer<SummariseTicket>
{
    public async Task Consume(ConsumeContext<SummariseTicket> context)
    {
        JobTrace.Current?.GroupId = $"ticket-{context.Message.TicketId}";
        await agent.RunAsync($"Summarise ticket {context.Message.TicketId}.", context.CancellationToken);
    }
}
#endregion

#region fastapi-worker
public sealed record Prompt(string Text, JobOrigin Origin);

public sealed class PromptWorker(Channel<Prompt> queue, JobTracer tracer, IAgent agent, ILogger<PromptWorker> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (Prompt prompt in queue.Reader.ReadAllAsync(stoppingToken))
        {
            var job = new JobInfo
            {
                System = "hosted",
                Name = "run-prompt",
                Trigger = JobTrigger.Enqueued,
                Origin = prompt.Origin.Context,
                Flush = FlushMode.Wait,
            };
            try
            {
                await tracer.RunAsync(job, (_, token) => agent.RunAsync(prompt.Text, token), stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                logger.LogError(exception, "A prompt failed");   // it is on the trace too
            }
        }
    }
}
#endregion
