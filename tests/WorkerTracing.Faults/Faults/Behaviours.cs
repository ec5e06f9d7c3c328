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
        await conversation.ReadAsync();
        conversation.Drop();
    }

    public static async Task HalfHead(Conversation conversation)
    {
        await conversation.ReadAsync();
        await conversation.WriteAsync("HTTP/1.1 200 OK\r\nContent-Le");
    }

    public static async Task HalfBody(Conversation conversation)
    {
        if (await conversation.ReadAsync() is { } request)
            await conversation.BeginAnswerAsync(request, "Content-Length: 100\r\n");
        await conversation.WriteAsync("{\"half\":");
    }

    public static async Task UnfinishedBody(Conversation conversation)
    {
        if (await conversation.ReadAsync() is { } request)
            await conversation.BeginAnswerAsync(request, "Content-Length: 100\r\n");
        await conversation.WriteAsync("{\"half\":");
        await conversation.ReadAsync(); // until the client hangs up
    }

    public static async Task AnnouncedGigabyte(Conversation conversation)
    {
        if (await conversation.ReadAsync() is { } request)
            await conversation.BeginAnswerAsync(request, $"Content-Length: {Gigabyte}\r\n");
        for (int sent = 0; sent < Gigabyte; sent += Chunk.Length)
            await conversation.Stream.WriteAsync(Chunk, conversation.Closing);
    }

    public static async Task ChunkedGigabyte(Conversation conversation)
    {
        if (await conversation.ReadAsync() is { } request)
            await conversation.BeginAnswerAsync(request, "Transfer-Encoding: chunked\r\n");
        for (int sent = 0; sent < Gigabyte; sent += Chunk.Length)
        {
            await conversation.WriteAsync($"{Chunk.Length:x}\r\n");
            await conversation.Stream.WriteAsync(Chunk, conversation.Closing);
            await conversation.WriteAsync("\r\n");
        }
    }

    public static async Task TrickleHead(Conversation conversation)
    {
        await conversation.ReadAsync();
        await TrickleAsync(conversation, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }

    public static async Task TrickleBody(Conversation conversation)
    {
        if (await conversation.ReadAsync() is { } request)
            await conversation.BeginAnswerAsync(request, $"Content-Length: {Chunk.Length}\r\n");
        await TrickleAsync(conversation, new string('.', Chunk.Length));
    }

    public static async Task NoHttp(Conversation conversation)
    {
        await conversation.ReadAsync();
        await conversation.WriteAsync("220 mail.example ESMTP\r\n");
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
        for (int requests = 0; await conversation.ReadAsync() is { } request; requests++)
        {
            if (conversation.Number % 2 == 0 || requests == 2)
            {
                conversation.Drop();
                return;
            }

            await conversation.AnswerAsync(request, 200);
        }
    }

    private static async Task TrickleAsync(Conversation conversation, string text)
    {
        foreach (char letter in text)
        {
            await conversation.WriteAsync(letter.ToString());
            await Task.Delay(Drip, conversation.Closing);
        }
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
