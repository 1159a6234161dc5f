using WsPrism.Docs.Tests;

namespace WsPrism.Browser.Tests;

/// <summary>What <c>wsprism new</c> writes, run as it says: the gateway and the backend are programs of their own. Their ports are the system's choice.</summary>
internal sealed class RunningStarter : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wsprism-starter-").FullName;
    private readonly PortForward _clients = new();
    private readonly PortForward _admin = new();
    private ChildProgram? _gateway;
    private ChildProgram? _backend;

    private RunningStarter()
    {
    }

    /// <summary>Address of the page.</summary>
    public string Url { get; private set; } = string.Empty;

    private string Home => Path.Combine(_folder, "hello");

    /// <summary>Makes a starter and runs its backend, or skips the test where that cannot be. The gateway is not started.</summary>
    public static async Task<RunningStarter> StartBackendAsync(string backend, Action<string>? change = null)
    {
        var starter = new RunningStarter();
        try
        {
            using (var made = ChildProgram.Start(starter._folder, "dotnet", Wsprism, "new", "hello", "--backend", backend))
                await made.ReadAsync("Then open (http\\S+)");
            change?.Invoke(starter.Home);
            string[] command = backend == "node" ? ["node", "backend.mjs"] : ["dotnet", "run", "backend.cs"];
            try
            {
                starter._backend = ChildProgram.Start(
                    starter.Home, command[0], command[1..],
                    ("PORT", "0"), ("GATEWAY_URL", $"ws://{starter._clients.Address}/v1/ws"), ("GATEWAY_API", $"http://{starter._admin.Address}"));
            }
            catch (System.ComponentModel.Win32Exception)
            {
                Assert.Skip($"There is no {command[0]} on this machine.");
            }

            starter.Url = await starter._backend!.ReadAsync("hello is at (http\\S+)");
            return starter;
        }
        catch
        {
            await starter.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a starter, changes it in its folder, and runs its backend and its gateway.</summary>
    public static async Task<RunningStarter> StartAsync(string backend, Action<string>? change = null)
    {
        var starter = await StartBackendAsync(backend, change);
        await starter.StartGatewayAsync();
        return starter;
    }

    public async Task StartGatewayAsync()
    {
        var path = Path.Combine(Home, "wsprism.yaml");
        var yaml = await File.ReadAllTextAsync(path);
        await File.WriteAllTextAsync(
            path,
            yaml.Replace("127.0.0.1:8080", "127.0.0.1:0", StringComparison.Ordinal)
                .Replace("127.0.0.1:9090", "127.0.0.1:0", StringComparison.Ordinal)
                .Replace("127.0.0.1:3000", new Uri(Url).Authority, StringComparison.Ordinal));
        _gateway = ChildProgram.Start(Home, "dotnet", Wsprism, "start");
        _admin.Target = await _gateway.ReadAsync("Admin listener .* active at (\\S+)");
        _clients.Target = await _gateway.ReadAsync("gateway active at (\\S+)");
    }

    public void EndGateway()
    {
        _gateway?.Dispose();
        _gateway = null;
    }

    public ValueTask DisposeAsync()
    {
        EndGateway();
        _backend?.Dispose();
        _clients.Dispose();
        _admin.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static string Wsprism => Path.Combine(AppContext.BaseDirectory, "wsprism.dll");
}
