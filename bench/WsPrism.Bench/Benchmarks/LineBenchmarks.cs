using BenchmarkDotNet.Attributes;
using WsPrism.Bench.Bed;

namespace WsPrism.Bench.Benchmarks;

/// <summary>
/// The whole line for one accepted message: mailbox → codec → policy → dispatch → service → delivery → the bytes for the socket, one pass a message, so the
/// pass's own cost is in every figure (<see cref="EmptyPass"/>).
/// </summary>
public class LineBenchmarks
{
    private readonly BenchNode _node = new();
    private readonly Received _echo;
    private readonly Received _game;
    private readonly Received _gameReliable;
    private readonly Received _chat;
    private readonly Received _input;
    private readonly Received _ping;

    public LineBenchmarks()
    {
        // Two members: one that sends and one that hears it.
        var sender = _node.ConnectToRoom(2)[0];
        _echo = new Received(sender, isText: false, Messages.Echo);
        _game = new Received(sender, isText: false, Messages.Game);
        _gameReliable = new Received(sender, isText: false, Messages.GameReliable);
        _chat = new Received(sender, isText: true, Messages.Chat);
        _input = new Received(sender, isText: true, Messages.Input);
        _ping = new Received(sender, isText: true, Messages.Ping);
    }

    [Benchmark]
    public void EmptyPass() => _node.Shard.RunPass();

    [Benchmark(Baseline = true)]
    public long HotEcho() => _echo.Pass();

    [Benchmark]
    public long HotGame() => _game.Pass();

    [Benchmark]
    public long HotGameReliable() => _gameReliable.Pass();

    [Benchmark]
    public long Chat() => _chat.Pass();

    [Benchmark]
    public long GameInput() => _input.Pass();

    [Benchmark]
    public long SysPing() => _ping.Pass();
}
