using System.IO.Pipelines;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace WorkerTracing.Agents.Tests;

public sealed class McpTests
{
    [Test]
    public async Task Run_AgentWithAnMcpTool_RecordsTheListingAndTheCall()
    {
        await using ModelServer server = await ModelServer.StartAsync(
            ModelServer.Call(("lookup", """{"id":42}""")), ModelServer.Say("Done."));
        Pipe toServer = new();
        Pipe toClient = new();
        await using ServiceProvider services = Services(toServer, toClient);
        using var stop = new CancellationTokenSource();
        Task mcp = services.GetRequiredService<McpServer>().RunAsync(stop.Token);

        await AgentJob.RunAsync(server, async () =>
        {
            await using McpClient client = await McpClient.CreateAsync(
                new StreamClientTransport(toServer.Writer.AsStream(), toClient.Reader.AsStream()));
            ChatOptions options = new() { Tools = [.. await client.ListToolsAsync()] };
            await AgentJob.Agent(server, "Orders", options).RunAsync("?");
        });
        await stop.CancelAsync();
        await mcp.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // however the server ends

        Assert.That(server.Data("mcp_tools"), Is.Not.Empty);
        AgentJob.AssertSame(server.Data("mcp_tools")[0], """{"type":"mcp_tools","server":null,"result":null}""");
        JsonObject function = server.Data("function").Single(static data => data["input"] is not null);
        AgentJob.AssertSame(function["output"], "\"Order 42 ü\"");
        Assert.That((string?)function["mcp_data"]!["method.name"], Is.EqualTo("tools/call"));
    }

    private static ServiceProvider Services(Pipe toServer, Pipe toClient)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMcpServer()
            .WithStreamServerTransport(toServer.Reader.AsStream(), toClient.Writer.AsStream())
            .WithTools([McpServerTool.Create(static (int id) => $"Order {id} ü", new McpServerToolCreateOptions { Name = "lookup" })]);
        return services.BuildServiceProvider();
    }
}
