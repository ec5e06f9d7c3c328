using System.Diagnostics;
using System.Runtime.ExceptionServices;
using OpenTelemetry;

namespace WorkerTracing.Tests;

/// <summary>The ambient span and baggage of a flow are the same after a job as before it.</summary>
[Category("Scope")]
[NonParallelizable] // a handler of Activity.CurrentChanged gets the changes of all tests
public sealed class AmbientStateTests : IDisposable
{
    private readonly Pipeline _pipeline = new(new WorkerTracingOptions());

    public void Dispose() => _pipeline.Dispose();

    [Test]
    public async Task Dispose_OnAnotherFlowWhoseSpanHasEnded_KeepsThatSpanThere()
    {
        var release = new TaskCompletionSource();
        JobTrace? job = null;
        Activity ended = _pipeline.Source.StartActivity("ended")!;
        Task<(Activity? Before, Activity? After, int Thrown)> other = Task.Run(async () =>
        {
            await release.Task;
            Activity? before = Activity.Current;
            int thrown = CountExceptions(() => job!.Dispose());
            return (before, Activity.Current, thrown);
        });
        ended.Dispose();
        using Activity? live = _pipeline.Source.StartActivity("the starter's");
        job = _pipeline.Start();
        release.SetResult();

        (Activity? before, Activity? after, int thrown) = await other;

        Assert.That(before, Is.SameAs(ended));
        Assert.That(after, Is.SameAs(ended));
        Assert.That(thrown, Is.Zero);
    }

    [TestCase(false, false)]
    [TestCase(false, true)]
    [TestCase(true, false)]
    [TestCase(true, true)]
    public async Task StartAndDispose_WhereTheAmbientSpanHasEnded_KeepItAndThrowNothing(bool refused, bool withOrigin)
    {
        using var pipeline = new Pipeline(new WorkerTracingOptions { Filter = _ => !refused });
        var release = new TaskCompletionSource();
        Activity startup = _pipeline.Source.StartActivity("startup")!;
        Task<(Activity? After, int Thrown, JobTrace Job)> timer = Task.Run(async () =>
        {
            await release.Task;
            JobTrace? job = null;
            int thrown = CountExceptions(() =>
            {
                job = pipeline.Tracer.Start(Pipeline.Job() with { Origin = withOrigin ? startup.Context : default });
                job.Dispose();
            });
            return (Activity.Current, thrown, job!);
        });
        startup.Dispose();
        release.SetResult();

        (Activity? after, int thrown, JobTrace job) = await timer;

        Assert.That(after, Is.SameAs(startup));
        Assert.That(thrown, Is.Zero);
        Assert.That(job.Activity!.Parent, Is.Null, "a span that has ended is no parent");
    }

    [Test]
    public async Task Dispose_WhereTheAmbientSpanEndedMeanwhile_LeavesItCurrent()
    {
        using Activity request = new Activity("a request that no listener sees").Start();
        JobTrace job = _pipeline.Start();
        await Task.Run(request.Stop);

        job.Dispose();

        Assert.That(Activity.Current, Is.SameAs(request));
    }

    [Test]
    public async Task RunAsync_JobThatChangesItsBaggage_IsSeenByNoOtherJob()
    {
        var seen = new List<string>();
        Baggage.SetBaggage("startup", "1");
        for (int i = 0; i < 3; i++)
        {
            int number = i;
            await _pipeline.Tracer.RunAsync("job", async (_, _) =>
            {
                seen.Add(string.Join(',', Baggage.Current.GetBaggage().Keys));
                Baggage.SetBaggage($"tenant {number}", "secret");
                await Task.Yield();
            });
        }

        Assert.That(seen, Is.All.EqualTo("startup"));
        Assert.That(Baggage.Current.GetBaggage().Keys, Is.EqualTo(new[] { "startup" }));
        Baggage.Current = default;
    }

    [Test]
    public async Task StartAndDispose_OnOneThreadWithoutBaggage_LeaveNoneBehind()
    {
        int left = await Task.Run(() =>
        {
            using (_pipeline.Start())
                Baggage.SetBaggage("tenant", "secret");
            return Baggage.Current.Count;
        });

        Assert.That(left, Is.Zero);
    }

    [Test]
    public void StartAndDispose_HandlerOfActivityCurrentThatThrows_ReachesNoJob()
    {
        bool armed = false;
        EventHandler<ActivityChangedEventArgs> handler =
            (_, _) => _ = armed ? throw new InvalidOperationException("the handler's own") : 0;
        using Activity outer = new Activity("a request that no listener sees").Start();
        Activity.CurrentChanged += handler;
        try
        {
            armed = true;
            JobTrace job = _pipeline.Start();
            job.Dispose();
            armed = false;
        }
        finally
        {
            Activity.CurrentChanged -= handler;
        }

        Assert.That(Activity.Current, Is.SameAs(outer));
    }

    /// <summary>Counts the exceptions that are thrown on this thread, caught ones included.</summary>
    private static int CountExceptions(Action action)
    {
        int thread = Environment.CurrentManagedThreadId;
        int thrown = 0;
        EventHandler<FirstChanceExceptionEventArgs> count = (_, _) => thrown += Environment.CurrentManagedThreadId == thread ? 1 : 0;
        AppDomain.CurrentDomain.FirstChanceException += count;
        try
        {
            action();
        }
        finally
        {
            AppDomain.CurrentDomain.FirstChanceException -= count;
        }

        return thrown;
    }
}
