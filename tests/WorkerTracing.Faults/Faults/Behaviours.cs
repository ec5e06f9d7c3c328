using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkerTracing.Faults;

/// <summary>The ways in which a failing backend handles a connection.</summary>
internal static class Behaviours
{
    private const int Gigabyte = 1 << 30;

    private static readonly TimeSpan Drip = TimeSpan.FromMilliseconds(50);
    private static readonly byte[] Chunk = new byte[64 * 1024];
    private static readonly byte[] Half = "{\"half\":"u8.ToArray();
    private static readonly byte[] EmptySettings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    private static readonly Lazy<X509Certificate2> Certificate = new(SelfSigned);

    public static Func<Conversation, Task> Answer(int status, string headers = "") => async conversation =>
    {
        while (await conversation.ReadAsync() is { } request)
            await conversation.AnswerAsync(request, status, headers);
    };

    public static Func<Conversation, Task> AnswerAfter(TimeSpan delay) => async conversation =>
    {
        while (await conversation.ReadAsync() is { } request)
        {
            await Task.Delay(delay, conversation.Closing);
            await conversation.AnswerAsync(request, 200);
        }
    };

    public static Func<Conversation, Task> Redirect(int status) => async conversation =>
    {
        while (await conversation.ReadAsync() is { } request)
            await conversation.AnswerAsync(request, status, $"Location: {conversation.Elsewhere}\r\n");
    };

    public static Task NeverRead(Conversation conversation) => Task.Delay(Timeout.Infinite, conversation.Closing);

    public static async Task NeverAnswer(Conversation conversation)
    {
        while (await conversation.ReadAsync() is not null)
        {
        }
    }

    public static async Task DropAfterReading(Conversation conversation)
    {
        if (await conversation.ReadAsync() is not null)
            conversation.Drop();
    }

    public static async Task ResetAfterReading(Conversation conversation)
    {
        if (await conversation.ReadAsync() is not null)
            await conversation.ResetAsync();
    }

    public static async Task HalfHead(Conversation conversation)
    {
        if (await conversation.ReadAsync() is null)
            return;
        byte[] head = conversation.Head(length: 0);
        await conversation.Stream.WriteAsync(head.AsMemory(0, head.Length / 2), conversation.Closing);
        conversation.HangUp();
    }

    public static async Task HalfBody(Conversation conversation)
    {
        if (await conversation.ReadAsync() is not { } request)
            return;
        await conversation.BeginAnswerAsync(request, length: 100);
        await conversation.WriteBodyAsync(Half);
        conversation.HangUp();
    }

    public static async Task UnfinishedBody(Conversation conversation)
    {
        if (await conversation.ReadAsync() is not { } request)
            return;
        await conversation.BeginAnswerAsync(request, length: 100);
        await conversation.WriteBodyAsync(Half);
        await conversation.ReadAsync(); // until the client hangs up
    }

    public static async Task AnnouncedGigabyte(Conversation conversation)
    {
        if (await conversation.ReadAsync() is not { } request)
            return;
        await conversation.BeginAnswerAsync(request, Gigabyte);
        for (int sent = 0; sent < Gigabyte; sent += Chunk.Length)
            await conversation.WriteBodyAsync(Chunk);
    }

    public static async Task ChunkedGigabyte(Conversation conversation)
    {
        if (await conversation.ReadAsync() is not { } request)
            return;
        await conversation.BeginAnswerAsync(request, length: null);
        for (int sent = 0; sent < Gigabyte; sent += Chunk.Length)
            await conversation.WriteBodyAsync(Chunk, isChunk: true);
    }

    public static async Task TrickleHead(Conversation conversation)
    {
        if (await conversation.ReadAsync() is null)
            return;
        foreach (byte one in conversation.Head(length: 0))
        {
            await conversation.Stream.WriteAsync(new[] { one }, conversation.Closing);
            await Task.Delay(Drip, conversation.Closing);
        }
    }

    public static async Task TrickleBody(Conversation conversation)
    {
        if (await conversation.ReadAsync() is not { } request)
            return;
        await conversation.BeginAnswerAsync(request, Chunk.Length);
        for (int sent = 0; sent < Chunk.Length; sent++)
        {
            await conversation.WriteBodyAsync(new byte[1]);
            await Task.Delay(Drip, conversation.Closing);
        }
    }

    /// <summary>Answers in HTTP/2 where HTTP/1.1 is spoken, and the reverse.</summary>
    public static async Task OtherProtocol(Conversation conversation)
    {
        await conversation.Stream.ReadExactlyAsync(new byte[16], conversation.Closing);
        if (conversation.IsGrpc)
            await conversation.WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        else
            await conversation.Stream.WriteAsync(EmptySettings, conversation.Closing);
        conversation.HangUp();
    }

    public static async Task NoHttp(Conversation conversation)
    {
        if (await conversation.ReadAsync() is null)
            return;
        await conversation.WriteAsync("220 mail.example ESMTP\r\n");
        conversation.HangUp();
    }

    public static async Task NoTls(Conversation conversation)
    {
        await conversation.Stream.ReadExactlyAsync(new byte[1], conversation.Closing);
        await conversation.WriteAsync("HTTP/1.1 400 This is not TLS\r\n\r\n");
    }

    public static async Task UnknownCertificate(Conversation conversation)
    {
        await using var tls = new SslStream(conversation.Stream);
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificate = Certificate.Value },
            conversation.Closing);
        await tls.ReadExactlyAsync(new byte[1], conversation.Closing);
    }

    public static async Task Flap(Conversation conversation)
    {
        while (await conversation.ReadAsync() is { } request)
        {
            if (conversation.Number % 2 == 0 || request.Number >= 2)
            {
                if (conversation.IsGrpc)
                    await Task.Delay(8 * Drip, conversation.Closing); // a drop takes along the answers to other calls that are on their way
                conversation.Drop();
                return;
            }

            await conversation.AnswerAsync(request, 200);
        }
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
