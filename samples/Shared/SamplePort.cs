using System.Net;
using System.Net.Sockets;

/// <summary>Says how to choose another port where a sample's own is in use, before anything of the sample runs.</summary>
internal static class SamplePort
{
    public static void EnsureFree(string url)
    {
        var address = new Uri(url);
        try
        {
            IPAddress host = IPAddress.TryParse(address.Host, out IPAddress? given) ? given : IPAddress.Loopback;
            using var listener = new TcpListener(host, address.Port);
            listener.Start();
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            string sample = typeof(SamplePort).Assembly.GetName().Name!;
            Console.Error.WriteLine(
                $"Port {address.Port} is in use. Choose another one: dotnet run --project samples/{sample} -- "
                    + $"--urls http://127.0.0.1:{address.Port + 1000}");
            Environment.Exit(1);
        }
    }
}
