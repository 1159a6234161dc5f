using WsPrism.Protocol;
using WsPrism.Services;

namespace WsPrism.TestPlugin;

/// <summary>Answers when it has asked elsewhere: the example of docs/plugins.md.</summary>
public sealed class Scores(IPluginHost host) : IExtService, IDisposable
{
    private readonly CancellationTokenSource _end = new();

    public void OnMessage(in ExtMessage message, IExtContext context)
    {
        if (context.Defer() is { } deferred)
        {
            _ = AnswerAsync(deferred, context.Session.User);
        }
    }

    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }

    private async Task AnswerAsync(IDeferredMessage message, string user)
    {
        try
        {
            var score = await FindScoreAsync(user, _end.Token);
            message.Resume(context =>
            {
                context.BeginData().WriteNumberValue(score);
                context.Answer();
            });
        }
        catch (Exception exception)
        {
            host.Log(PluginLogLevel.Warning, "No score can be had.", exception);
            message.Resume(context => context.Fail(ErrorCode.ServiceUnavailable, "No score can be had now."));
        }
    }

    private async Task<int> FindScoreAsync(string user, CancellationToken cancellation)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(1), host.Time, cancellation);
        return user.Length;
    }
}
