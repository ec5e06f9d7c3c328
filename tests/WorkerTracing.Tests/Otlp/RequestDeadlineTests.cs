namespace WorkerTracing.Tests;

public sealed class RequestDeadlineTests
{
    private static readonly TimeSpan Never = Timeout.InfiniteTimeSpan;

    private readonly RequestDeadline _deadline = new();

    [TearDown]
    public void Dispose() => _deadline.Dispose();

    [Test]
    public void Start_AfterARequestThatWasNotCanceled_UsesTheSourceAgain()
    {
        using var export = new CancellationTokenSource();
        CancellationTokenSource first = _deadline.Start(TimeSpan.FromHours(1), export.Token);
        _deadline.Stop(isInUse: false);

        CancellationTokenSource second = _deadline.Start(Never, CancellationToken.None);

        Assert.That(second, Is.SameAs(first));
        export.Cancel();
        Assert.That(second.IsCancellationRequested, Is.False, "the export before is of no concern any more");
    }

    [Test]
    public void Start_ExportIsCanceled_CancelsThisRequestAndNotTheNext()
    {
        using var export = new CancellationTokenSource();
        CancellationTokenSource first = _deadline.Start(Never, export.Token);
        export.Cancel();
        Assert.That(first.IsCancellationRequested, Is.True);
        _deadline.Stop(isInUse: false);

        Assert.That(_deadline.Start(Never, CancellationToken.None).IsCancellationRequested, Is.False);
    }

    [Test]
    public async Task Start_TimeIsOver_Cancels()
    {
        CancellationToken token = _deadline.Start(TimeSpan.FromMilliseconds(1), CancellationToken.None).Token;

        await WorkerTracing.Testing.Until.TrueAsync(() => token.IsCancellationRequested, "the request is canceled");
    }

    [Test]
    public void Stop_AConnectionStillUsesTheToken_LeavesItsSource()
    {
        CancellationTokenSource first = _deadline.Start(Never, CancellationToken.None);
        _deadline.Stop(isInUse: true);

        Assert.That(_deadline.Start(Never, CancellationToken.None), Is.Not.SameAs(first));
        first.Dispose();
    }
}
