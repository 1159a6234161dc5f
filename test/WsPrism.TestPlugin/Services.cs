using WsPrism.Protocol;
using WsPrism.Protocol.Hot;
using WsPrism.Services;

namespace WsPrism.TestPlugin;

/// <summary>Answers with a text that tests change in the built file, to make a new version of it.</summary>
public sealed class Versioned : IExtService
{
    private readonly string _version = "version-1";

    public void OnMessage(in ExtMessage message, IExtContext context)
    {
        context.BeginData().WriteStringValue(_version);
        context.Answer();
    }
}

/// <summary>Relays Hot frames to the room, and fails on opcode 9.</summary>
public sealed class Relay : IHotService
{
    public void OnFrame(in HotFrame frame, IHotContext context)
    {
        if (frame.Opcode == 9)
        {
            throw new InvalidOperationException("opcode 9");
        }

        if (context.Room is { } room)
        {
            context.Publish(room, frame);
        }
        else
        {
            context.Fail(ErrorCode.NotInRoom, "Join a room first.");
        }
    }
}

/// <summary>Both lanes. Does what the type of a message says, and says when it is disposed of.</summary>
public sealed class Deeds(IPluginHost host) : IExtService, IHotService, IAsyncDisposable
{
    public void OnMessage(in ExtMessage message, IExtContext context)
    {
        if (message.Type.SequenceEqual("fail"u8))
        {
            throw new InvalidOperationException("told to fail");
        }

        if (message.Type.SequenceEqual("later"u8) || message.Type.SequenceEqual("fail_later"u8))
        {
            Later(context.Defer()!, fails: message.Type[0] == (byte)'f');
        }
        else if (message.Type.SequenceEqual("defer_and_fail"u8))
        {
            context.Defer();
            throw new InvalidOperationException("told to fail");
        }
        else if (message.Type.SequenceEqual("tell"u8))
        {
            context.BeginData().WriteStringValue("hello");
            if (!context.SendToUser("user:bob"u8, "told"u8))
            {
                context.Fail(ErrorCode.BadRequest, "bob is not here.");
            }
        }
        else if (message.Type.SequenceEqual("kick"u8))
        {
            context.Kick("told to");
            context.BeginData().WriteStringValue("bye");
            context.Answer();
        }
        else if (message.Type.SequenceEqual("log"u8))
        {
            host.Log(PluginLogLevel.Warning, "told to log");
        }
        else if (message.Type.SequenceEqual("who"u8))
        {
            context.BeginData().WriteStringValue($"{host.Tenant} {host.Service} {host.Settings.GetValueOrDefault("greeting")} {host.Time.GetUtcNow().ToUnixTimeMilliseconds() == context.ServerTimeMs}");
            context.Answer();
        }
    }

    public void OnFrame(in HotFrame frame, IHotContext context) => context.Reply(frame);

    public async ValueTask DisposeAsync()
    {
        await Task.Yield();
        host.Log(PluginLogLevel.Information, "disposed");
        if (host.Settings.ContainsKey("fails_at_end"))
        {
            throw new InvalidOperationException("told to fail at the end");
        }
    }

    private void Later(IDeferredMessage message, bool fails)
    {
        var timer = host.Time.CreateTimer(
            _ => message.Resume(context =>
            {
                if (fails)
                {
                    throw new InvalidOperationException("told to fail later");
                }

                context.BeginData().WriteStringValue("late");
                context.Answer();
            }),
            null, TimeSpan.FromMilliseconds(100), Timeout.InfiniteTimeSpan);
        GC.KeepAlive(timer);
    }
}

/// <summary>Uses what lies beside the plugin.</summary>
public sealed class UsesYaml : IExtService
{
    public void OnMessage(in ExtMessage message, IExtContext context)
    {
        context.BeginData().WriteStringValue(new YamlDotNet.Core.AnchorName("beside").Value);
        context.Answer();
    }
}

/// <summary>Cannot be made.</summary>
public sealed class FailsAtOnce(IPluginHost host) : IExtService
{
    private readonly int _level = int.Parse(host.Settings["level"], provider: null);

    public void OnMessage(in ExtMessage message, IExtContext context) => context.BeginData().WriteNumberValue(_level);
}

/// <summary>Wants what nobody gives it.</summary>
public sealed class WantsText(string text) : IExtService
{
    public void OnMessage(in ExtMessage message, IExtContext context) => context.BeginData().WriteStringValue(text);
}

/// <summary>Not a service.</summary>
public sealed class NoService;

/// <summary>Not for use by itself.</summary>
public abstract class Unfinished : IExtService
{
    public abstract void OnMessage(in ExtMessage message, IExtContext context);
}
