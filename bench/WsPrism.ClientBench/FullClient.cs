using WsPrism.Client;
using WsPrism.Client.Ext;
using WsPrism.Protocol.Hot;

namespace WsPrism.ClientBench;

/// <summary>The same by the client: numbers, handlers, bounds and all.</summary>
internal static class FullClient
{
    private static readonly JsonData Data = JsonData.Parse("""{"from":"user:alice","msg":"hello there","ts":1760000000000}""");

    public static async Task<Measured> RunAsync(string url, Work work, int messages)
    {
        await using var client = new WsPrismClient(new ClientOptions(url + work.Path(messages), "demo", "alice") { PingInterval = TimeSpan.Zero });
        var done = new TaskCompletionSource<Measured>(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = Measured.Now();
        var count = 0;
        void Count()
        {
            if (++count == messages)
                done.SetResult(Measured.Since(start, messages));
        }

        client.Hot.On(1, (in HotFrame _) => Count());
        client.Ext.On("chat", "msg", message =>
        {
            if (!work.ReadsData || message.Data.TextOf("msg") is not null)
                Count();
        });
        await client.ConnectAsync();
        if (work.Receives)
            return await done.Task;

        // The queue's buffers grow to what waits in them once.
        await SendAsync(client, work, messages / 4);
        start = Measured.Now();
        await SendAsync(client, work, messages);

        // What waits is sent before the close.
        await client.CloseAsync();
        return Measured.Since(start, messages);
    }

    private static async Task SendAsync(WsPrismClient client, Work work, int messages)
    {
        var payload = new byte[Work.PayloadBytes];
        for (var i = 0; i < messages; i++)
        {
            while ((work.IsHot ? client.Hot.TrySend(1, 1, payload, (uint)i % 100) : client.Ext.TrySend("chat", "msg", "lobby", Data)) == SendResult.Full)
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
        }
    }
}
