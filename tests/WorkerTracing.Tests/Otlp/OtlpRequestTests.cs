using System.Buffers.Binary;
using System.Diagnostics;

namespace WorkerTracing.Tests;

public sealed class OtlpRequestTests
{
    private static readonly SpanLimits Limits = new();

    [Test]
    public void ToParts_ManySpans_RefersToTheEncodedSpans()
    {
        using OtlpBatch batch = Encode(SpansOf(40_000));
        using OtlpRequest request = Begin(batch);

        ReadOnlyMemory<byte>[] parts = request.ToParts();

        Assert.That(parts, Has.Length.EqualTo(2), "what encloses the spans, and the spans");
        Assert.That(parts.Sum(static part => part.Length), Is.EqualTo(request.Length));
        Assert.That(request.Writer.Length, Is.LessThan(1_000));
    }

    [Test]
    public void ToParts_FewSpans_IsOnePart()
    {
        using OtlpBatch batch = Encode(SpansOf(1_000));
        using OtlpRequest request = Begin(batch);

        Assert.That(request.ToParts(), Has.Length.EqualTo(1));
    }

    [TestCase(1_000)]
    [TestCase(40_000)]
    public void ToGrpcParts_BeginsWithTheFrame(int textLength)
    {
        using OtlpBatch batch = Encode(SpansOf(textLength));
        using OtlpRequest request = Begin(batch);
        byte[] message = Joined(request.ToParts());

        byte[] framed = Joined(request.ToGrpcParts(isCompressed: true));

        Assert.That(framed[0], Is.EqualTo(1));
        Assert.That(BinaryPrimitives.ReadInt32BigEndian(framed.AsSpan(1)), Is.EqualTo(message.Length));
        Assert.That(framed[5..], Is.EqualTo(message));
    }

    [Test]
    public void Abandon_PartsThatAreStillRead_KeepTheirContent()
    {
        using OtlpBatch batch = Encode(SpansOf(40_000));
        using OtlpRequest request = Begin(batch);
        ReadOnlyMemory<byte>[] beingRead = request.ToParts();
        byte[] before = Joined(beingRead);

        request.Abandon();
        batch.WriteRequest(0, batch.Count, request);
        byte[] again = Joined(request.ToParts());
        batch.Clear();
        batch.Add(SpansOf(40_000, 'z')[0], 0);

        Assert.That(again, Is.EqualTo(before), "the spans can be sent again");
        Assert.That(Joined(beingRead), Is.EqualTo(before), "a connection that still reads sees nothing else");
    }

    private static OtlpRequest Begin(OtlpBatch batch)
    {
        OtlpRequest request = batch.CreateRequest();
        request.Begin();
        batch.WriteRequest(0, batch.Count, request);
        return request;
    }

    private static OtlpBatch Encode(Activity[] spans)
    {
        var batch = new OtlpBatch(new OtlpSpanEncoder(Limits), new OtlpScope.Cache(Limits)) { Resource = OtlpResource.Of(new([])) };
        for (int i = 0; i < spans.Length; i++)
            batch.Add(spans[i], i);
        return batch;
    }

    private static Activity[] SpansOf(int textLength, char letter = 'a')
    {
        Activity span = new Activity("span").SetIdFormat(ActivityIdFormat.W3C).Start();
        span.SetTag("text", new string(letter, textLength));
        span.Stop();
        return [span];
    }

    private static byte[] Joined(ReadOnlyMemory<byte>[] parts) => [.. parts.SelectMany(static part => part.ToArray())];
}
