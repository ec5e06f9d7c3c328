using System.Collections;
using System.Text.Json;

namespace WorkerTracing.Tests;

public sealed class ArgumentTextTests
{
    private static readonly object[][] Values =
    [
        ["text", "text"],
        [1.5, "1.5"],
        [DayOfWeek.Monday, "Monday"],
        [new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), "2026-01-02T03:04:05.0000000Z"],
        [new Uri("https://example.org/a"), "https://example.org/a"],
        [new[] { 1, 2, 3 }, "[1,2,3]"],
        [new List<string> { "a", "\"b\"" }, """["a","\"b\""]"""],
        [new HashSet<int> { 1 }, "[1]"],
        [new Dictionary<string, object?> { ["a"] = null, ["b"] = true }, """{"a":null,"b":true}"""],
        [new Order(5, new Customer("Ann")), """{"Id":5,"Customer":{"Name":"Ann"}}"""],
        [(1, "a"), """[1,"a"]"""],
        [JsonDocument.Parse("""{ "a": 1 }""").RootElement, """{ "a": 1 }"""],
        [new byte[] { 1, 2 }, "\"AQI=\""],
        [new Unreadable(), """{"Works":1,"Throws":"(NotSupportedException)"}"""],
        [double.NaN, "NaN"],
        [new[] { double.NaN }, "[\"NaN\"]"],
    ];

    [TestCaseSource(nameof(Values))]
    public void Of_AValue_IsItsTextOrJson(object value, string expected) => Assert.That(ArgumentText.Of(value), Is.EqualTo(expected));

    [Test]
    public void Of_AnObjectThatHoldsItself_Ends()
    {
        var node = new Node();
        node.Next = node;

        Assert.That(ArgumentText.Of(node), Does.EndWith("\"Node\"}}}}"));
    }

    [Test]
    public void Of_AValueWhoseToStringThrows_SaysSo() =>
        Assert.That(ArgumentText.Of(new Untellable()), Is.EqualTo("(NotSupportedException)"));

    [Test]
    public void Of_AValueThatIsTooLong_IsCut()
    {
        string text = ArgumentText.Of(Enumerable.Repeat(new string('x', 100), 1000).ToArray());

        Assert.That(text, Has.Length.EqualTo(1024));
    }

    [Test]
    public void Of_ASequence_DoesNotReadIt()
    {
        bool read = false;

        ArgumentText.Of(Sequence());

        Assert.That(read, Is.False, "reading would use it up");

        IEnumerable<int> Sequence()
        {
            read = true;
            yield return 1;
        }
    }

    [Test]
    public void Of_ATaskThatRuns_DoesNotWaitForIt() =>
        Assert.That(ArgumentText.Of(new TaskCompletionSource<int>().Task), Does.StartWith("System.Threading.Tasks.Task"));

    [Test]
    public void Of_ACollectionThatThrows_SaysSo() =>
        Assert.That(ArgumentText.Of(new ThrowingCollection()), Does.Contain("(NotSupportedException)"));

    private sealed record Order(int Id, Customer Customer);

    private sealed record Customer(string Name);

    private sealed class Node
    {
        public Node? Next { get; set; }
    }

    private sealed class Unreadable
    {
        public int Works => 1;

        public int Throws => throw new NotSupportedException();
    }

    private sealed class Untellable
    {
        public override string ToString() => throw new NotSupportedException();
    }

    private sealed class ThrowingCollection : ICollection
    {
        public int Count => 1;

        public bool IsSynchronized => false;

        public object SyncRoot => this;

        public void CopyTo(Array array, int index) => throw new NotSupportedException();

        public IEnumerator GetEnumerator() => throw new NotSupportedException();
    }
}
