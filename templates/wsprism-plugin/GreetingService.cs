using WsPrism.Protocol;
using WsPrism.Services;

namespace WsPrismPlugin1;

/// <summary>
/// Answers <c>greet</c> and tells the room. One instance serves all sessions of a tenant, from several threads at once, and a call must not block: what has to
/// wait takes its message out of the line with <see cref="IExtContext.Defer"/>.
/// </summary>
public sealed class GreetingService(IPluginHost host) : IExtService
{
    // A change of the settings makes a new instance.
    private readonly string _greeting = host.Settings.GetValueOrDefault("greeting", "hello");

    public void OnMessage(in ExtMessage message, IExtContext context)
    {
        if (!message.Type.SequenceEqual("greet"u8))
        {
            context.Fail(ErrorCode.BadRequest, "There is greet.");
            return;
        }

        var text = $"{_greeting}, {context.Session.User}";
        if (context.ActiveRoom is { } room)
        {
            context.BeginData().WriteStringValue(text);
            context.Publish(room, "greeted"u8, Audience.Others);
        }

        context.BeginData().WriteStringValue(text);
        context.Answer();
    }
}
