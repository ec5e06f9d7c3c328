using Hangfire;
using Hangfire.States;

namespace WorkerTracing.Hangfire.Tests;

/// <summary>The statements that the filter adds to a job, as the page of the documentation says. Counted where they are executed.</summary>
[TestFixture("InMemory", 0, 0, 0)]
[TestFixture("SQLite", 3, 5, 3)]
[TestFixture("Redis", 2, 3, 2)]
[TestFixture("PostgreSQL", 2, 3, 2)]
[FixtureLifeCycle(LifeCycle.SingleInstance)]
[Parallelizable(ParallelScope.Self)]
public sealed class CostTests(string storage, int succeeding, int retried, int scheduled)
{
    private TestStorage _storage = null!;

    [OneTimeSetUp]
    public void OpenTheStorage() => _storage = TestStorage.Open(storage);

    [OneTimeTearDown]
    public void CloseTheStorage() => _storage?.Dispose();

    [Test]
    public async Task Perform_AJobThatSucceeds_CostsThatMuch()
    {
        var statements = new StatementCounter();
        using Server server = new Server(on: _storage, statements: statements).Start();

        await server.RunAsync(static () => { });
        int warm = statements.WhenPerforming;
        for (int i = 0; i < 5; i++)
            await server.RunAsync(static () => { });

        Assert.That((statements.WhenPerforming - warm) / 5.0, Is.EqualTo(succeeding));
        Assert.That(statements.WhenCreating, Is.Zero, "what is stored at creation is stored by Hangfire's own statement");
    }

    [Test]
    public async Task Perform_AnAttemptThatIsRetried_CostsThatMuch()
    {
        var statements = new StatementCounter();
        using Server server = new Server(on: _storage, statements: statements).Retrying(0).Start();
        await server.RunAsync(static () => { });
        int warm = statements.WhenPerforming, runs = 0;

        await server.RunAsync(() =>
        {
            if (++runs == 1)
                throw new InvalidOperationException();
        });

        Assert.That(statements.WhenPerforming - warm - succeeding, Is.EqualTo(retried));
    }

    [Test]
    public async Task Perform_AScheduledJob_CostsThatMuch()
    {
        var statements = new StatementCounter();
        using Server server = new Server(on: _storage, statements: statements).Start();
        await server.RunAsync(static () => { });
        int warm = statements.WhenPerforming;
        string key = Work.Does(static () => { });

        string job = server.Client.Create(() => Work.Run(key), new ScheduledState(DateTime.UtcNow.AddHours(-1)));

        await server.StateAsync(job, SucceededState.StateName);
        Assert.That(statements.WhenPerforming - warm, Is.EqualTo(scheduled));
        Assert.That(statements.WhenCreating, Is.Zero);
    }
}
