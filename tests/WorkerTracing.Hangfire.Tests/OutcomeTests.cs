using System.Diagnostics;
using Hangfire;
using Hangfire.Server;
using Hangfire.States;
using WorkerTracing.Testing;

namespace WorkerTracing.Hangfire.Tests;

/// <summary>How an attempt ended, in the span's words.</summary>
public sealed class OutcomeTests
{
    [Test]
    public async Task Perform_AJobThatThrows_FailsWithItsOwnException()
    {
        using Server server = new Server().Start();
        string key = Work.Does(static () => throw new FormatException("no such date"));

        string job = server.Client.Enqueue(() => Work.Run(key));

        Activity span = await server.SpanAsync(job);
        Assert.That((span.Status, span.StatusDescription), Is.EqualTo((ActivityStatusCode.Error, "no such date")));
        Assert.That(span.GetTagItem("error.type"), Is.EqualTo("System.FormatException"));
        ActivityEvent recorded = span.Events.Single();
        Assert.That(recorded.Tags.Single(static tag => tag.Key == "exception.type").Value, Is.EqualTo("System.FormatException"));
        await server.StateAsync(job, FailedState.StateName);
    }

    [Test]
    public async Task Perform_AJobThatAnotherFilterCancels_IsCanceled()
    {
        using Server server = new Server(
            filters: static server => server.Filters.Add(new Probe { Performing = static context => context.Canceled = true })).Start();
        string key = Work.Does(static () => { });

        string job = server.Client.Enqueue(() => Work.Run(key));

        await ExpectAsync(server, job, "cancellation", ActivityStatusCode.Unset, 0);
        await server.StateAsync(job, DeletedState.StateName);
    }

    [Test]
    public async Task Perform_AJobThatAnotherFilterFails_Fails()
    {
        var failing = new Probe { Performing = static _ => throw new FormatException("filter") };
        using Server server = new Server(filters: server => server.Filters.Add(failing)).Start();
        string key = Work.Does(static () => { });

        string job = server.Client.Enqueue(() => Work.Run(key));

        await ExpectAsync(server, job, "failure", ActivityStatusCode.Error, 1);
    }

    [Test]
    public async Task Perform_AJobWhoseExceptionAnotherFilterHandles_SucceedsWithTheEvent()
    {
        var handling = new Probe { Performed = static context => context.ExceptionHandled = true };
        using Server server = new Server(filters: server => server.Filters.Add(handling)).Start();
        string key = Work.Does(static () => throw new FormatException("handled"));

        string job = server.Client.Enqueue(() => Work.Run(key));

        await ExpectAsync(server, job, "success", ActivityStatusCode.Unset, 1);
        await server.StateAsync(job, SucceededState.StateName);
    }

    [Test]
    public async Task Perform_AJobWhoseHandledExceptionCannotBeTold_EndsItsSpanAllTheSame()
    {
        Activity? after = null;
        using Server server = new Server(filters: server => server.Filters.Add(new Probe
        {
            Performed = static context => context.ExceptionHandled = true,
            Electing = context => after = context.CandidateState.Name == SucceededState.StateName ? Activity.Current : after,
        })).Start();
        string key = Work.Does(static () => throw new UntellableException());

        string job = server.Client.Enqueue(() => Work.Run(key));

        await server.StateAsync(job, SucceededState.StateName);
        Assert.That(((await server.SpanAsync(job)).IsStopped, after), Is.EqualTo((true, (Activity?)null)));
    }

    [Test]
    public async Task Perform_AJobThatIsDeletedWhileItRuns_IsCanceled()
    {
        using Server server = new Server().Start();
        using var running = new ManualResetEventSlim();
        string key = Work.Does(async token =>
        {
            running.Set();
            await Task.Delay(TimeSpan.FromMinutes(1), token.ShutdownToken);
        });

        string job = server.Client.Enqueue(() => Work.RunAsync(key, JobCancellationToken.Null));
        Until.True(() => running.IsSet, "the job runs");
        server.Client.Delete(job);

        await ExpectAsync(server, job, "cancellation", ActivityStatusCode.Unset, 0);
    }

    [Test]
    public async Task Perform_AJobThatSaysItWasAborted_IsCanceled()
    {
        using Server server = new Server().Start();
        string key = Work.Does(static () => throw new JobAbortedException());

        string job = server.Client.Enqueue(() => Work.Run(key));

        await ExpectAsync(server, job, "cancellation", ActivityStatusCode.Unset, 0);
    }

    [Test]
    public async Task Perform_AJobThatCancelsItself_Fails()
    {
        using Server server = new Server().Start();
        string key = Work.Does(static () => throw new OperationCanceledException("a timeout of its own"));

        string job = server.Client.Enqueue(() => Work.Run(key));

        await ExpectAsync(server, job, "failure", ActivityStatusCode.Error, 1);
        await server.StateAsync(job, FailedState.StateName);
    }

    private static async Task ExpectAsync(Server server, string job, string result, ActivityStatusCode status, int events)
    {
        Activity span = await server.SpanAsync(job);
        Assert.That((span.GetTagItem("workflow.execution.result"), span.Status, span.Events.Count()), Is.EqualTo((result, status, events)));
    }
}
