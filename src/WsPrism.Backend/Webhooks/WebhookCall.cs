using Microsoft.Extensions.Logging;
using WsPrism.Core.Answers;
using WsPrism.Core.Dispatch;
using WsPrism.Core.Tenants;
using WsPrism.Protocol;
using WsPrism.Services;

namespace WsPrism.Backend.Webhooks;

/// <summary>One message on its way to the backend and back. The time for it runs from its arrival.</summary>
internal sealed partial class WebhookCall(WebhookService service, IDeferredMessage message, Tenant tenant, WebhookRequest request, int idLength, TimeProvider time) : ILineCall
{
    private readonly long _arrived = time.GetTimestamp();

    public int Bytes => request.Body.Length;

    public async Task RunAsync()
    {
        try
        {
            var answer = await SendAsync().ConfigureAwait(false);
            var act = Read(answer, out var outcome);
            service.Counters.Count(outcome);
            message.Resume(act);
        }
        catch (Exception exception)
        {
            // A fault of ours: the client must not wait for ever.
            Log.Failed(service.Logger, exception, service.Tenant, service.Name);
            message.Resume(static context => context.Fail(ErrorCode.Internal, WebhookTexts.Failed));
        }
    }

    private static Action<IExtContext> Refuse(ErrorCode code, string text) => context => context.Fail(code, text);

    private async Task<WebhookAnswer> SendAsync()
    {
        var left = service.Timeout - time.GetElapsedTime(_arrived);
        if (left <= TimeSpan.Zero)
        {
            return new WebhookAnswer(WebhookOutcome.Expired);
        }

        using var patience = new CancellationTokenSource(left, time);
        return await service.Sender.SendAsync(request, service.Timeout, patience.Token).ConfigureAwait(false);
    }

    private Action<IExtContext> Read(in WebhookAnswer answer, out WebhookOutcome outcome)
    {
        outcome = answer.Outcome;
        if (outcome == WebhookOutcome.Ok)
        {
            if (ServiceAnswer.TryRead(answer.Body, AnswerRules.For(tenant.Snapshot, service.NameUtf8, idLength), out var good, out var problem))
            {
                return good.Apply;
            }

            outcome = WebhookOutcome.BadAnswer;
            Log.BadAnswer(service.Logger, service.Tenant, service.Name, request.Id, problem);
        }
        else
        {
            Log.NoAnswer(service.Logger, service.Tenant, service.Name, request.Id, outcome.Name(), answer.Status);
        }

        return outcome switch
        {
            WebhookOutcome.Timeout => Refuse(ErrorCode.Timeout, WebhookTexts.Timeout),
            WebhookOutcome.Refused => Refuse(CodeOf(answer.Status), CodeOf(answer.Status) == ErrorCode.ServiceUnavailable ? WebhookTexts.Unavailable : WebhookTexts.Refused),

            // It may have acted, in part or in full: under this id it is not tried again.
            WebhookOutcome.Failed or WebhookOutcome.Broken or WebhookOutcome.BadAnswer or WebhookOutcome.TooLarge => Refuse(ErrorCode.Internal, WebhookTexts.Failed),
            _ => Refuse(ErrorCode.ServiceUnavailable, WebhookTexts.Unavailable),
        };
    }

    // Statuses that are about the message; the others (401, 404, 405, …) are about the gateway's configuration, which is not the client's fault.
    private static ErrorCode CodeOf(int status) => status switch
    {
        400 or 422 => ErrorCode.BadRequest,
        403 => ErrorCode.NotAllowed,
        413 => ErrorCode.PayloadTooLarge,
        _ => ErrorCode.ServiceUnavailable,
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Webhook {Tenant}/{Service}: wrong answer to {Id}: {Problem}")]
        public static partial void BadAnswer(ILogger logger, string tenant, string service, string id, string problem);

        [LoggerMessage(2, LogLevel.Debug, "Webhook {Tenant}/{Service}: no answer to {Id}: {Outcome} (status {Status})")]
        public static partial void NoAnswer(ILogger logger, string tenant, string service, string id, string outcome, int status);

        [LoggerMessage(3, LogLevel.Error, "Webhook {Tenant}/{Service} failed on a message.")]
        public static partial void Failed(ILogger logger, Exception exception, string tenant, string service);
    }
}
