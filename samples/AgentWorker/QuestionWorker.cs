using Microsoft.Extensions.Hosting;
using WorkerTracing;

namespace AgentWorker;

/// <summary>Answers one question after the other, each in a job with a trace of its own. Stops when there are none left.</summary>
internal sealed class QuestionWorker(JobTracer tracer, OrderDesk desk, IHostApplicationLifetime lifetime) : BackgroundService
{
    private static readonly string[] Questions = ["Where is my order 42?", "Is order 7 on its way?"];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (string question in Questions)
        {
            JobTrace? trace = null;
            string answer = await tracer.RunAsync(
                new JobInfo { System = "hosted", Name = "Answer a customer", GroupId = "chat_123" },
                async (job, cancellationToken) =>
                {
                    trace = job;
                    job.SetMetadata("channel", "mail");
                    return await desk.AnswerAsync(question, cancellationToken);
                },
                stoppingToken);
            Console.WriteLine($"{question} {answer}");
            Console.WriteLine(
                $"Its trace: {trace!.Result.Status}, {trace.Result.Exported} spans in {trace.Result.Elapsed.TotalMilliseconds:f0} ms.");
        }
        lifetime.StopApplication();
    }
}
