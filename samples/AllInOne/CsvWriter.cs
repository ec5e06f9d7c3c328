using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;

namespace AllInOne;

/// <summary>Writes an export's file and hands it on. Run twice, it writes the same file.</summary>
internal sealed class CsvWriter(OrderBook orders, ExportFolder folder, Channel<FinishedFile> finished)
{
    public async Task WriteAsync(Guid export, CancellationToken cancellationToken)
    {
        string file = folder.PathOf($"{export}.csv");
        using (Activity? span = OrderBook.Source.StartActivity("write csv"))
        {
            int lines = 0;
            await using StreamWriter output = new(file);
            await output.WriteLineAsync("order,day,article,price");
            foreach (Order order in orders.Read(export))
            {
                cancellationToken.ThrowIfCancellationRequested();
                await output.WriteLineAsync(
                    string.Create(CultureInfo.InvariantCulture, $"{order.Id},{order.Day},{Quoted(order.Article)},{order.Price:F2}"));
                lines++;
            }

            span?.SetTag("orders", lines);
        }

        // Waits while the channel is full.
        await finished.Writer.WriteAsync(FinishedFile.Of(export, file), cancellationToken);
    }

    private static string Quoted(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
