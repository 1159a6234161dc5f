using WsPrism.ClientBench;

// The .NET client beside the platform's bare WebSocket, each message alone: messages per second of processor time, and bytes allocated per message. The other side is this
// program again, in a process of its own, so that only the client's work is counted. --check-allocations: exit 0 where a Hot frame allocates nothing, 1 where it does.
if (args is ["--peer"])
{
    await Peer.RunAsync();
    return 0;
}

if (args is ["--check-allocations"])
{
    await using var echo = await PeerProcess.StartAsync();
    return await AllocationCheck.RunAsync(echo.Url, Console.Out) ? 0 : 1;
}

var messages = args is ["--messages", var count] ? int.Parse(count, System.Globalization.CultureInfo.InvariantCulture) : 300_000;
await using var peer = await PeerProcess.StartAsync();
Console.WriteLine($"{messages:N0} messages of {Work.PayloadBytes} bytes each, .NET {Environment.Version}");
Console.WriteLine($"{"",-28}{"bare, msg/CPU s",18}{"client, msg/CPU s",20}{"ratio",8}{"bare, B/msg",14}{"client, B/msg",16}");
foreach (var work in new[] { Work.ReceiveHot, Work.SendHot, Work.ReceiveExt, Work.ReadExt, Work.SendExt })
{
    // Once to warm up: compiling is not the client's work. Then the better of three, each in turn with the other.
    await BareClient.RunAsync(peer.Url, work, messages / 10);
    await FullClient.RunAsync(peer.Url, work, messages / 10);
    var (bare, full) = (Measured.None, Measured.None);
    for (var round = 0; round < 3; round++)
    {
        bare = bare.Better(await BareClient.RunAsync(peer.Url, work, messages));
        full = full.Better(await FullClient.RunAsync(peer.Url, work, messages));
    }

    Console.WriteLine($"{work.Name,-28}{bare.PerCpuSecond,18:N0}{full.PerCpuSecond,20:N0}{full.PerCpuSecond / bare.PerCpuSecond,8:F2}{bare.BytesPerMessage,14:F1}{full.BytesPerMessage,16:F1}");
}

return 0;
