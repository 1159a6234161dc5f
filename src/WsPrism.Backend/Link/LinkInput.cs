using WsPrism.Core.Rooms.History;
using WsPrism.Core.ServerApi;
using WsPrism.Core.Tenants;
using WsPrism.Protocol;

namespace WsPrism.Backend.Link;

/// <summary>
/// What a worker says: publishes are done here and now, the rest is left for the worker's strand. Owned by whoever reads from the wire; every span is lent for the call.
/// </summary>
internal sealed class LinkInput
{
    private const ushort NoCloseCode = 1005;

    private readonly LinkWorker _worker;
    private readonly TenantLink _link;
    private readonly LinkPublisher _publisher;

    public LinkInput(LinkWorker worker, TenantLink link, Tenant tenant, ServerPublisher publisher)
    {
        _worker = worker;
        _link = link;
        _publisher = new LinkPublisher(tenant, publisher, (id, count) => _ = GiveReceiptAsync(id, count));
    }

    /// <summary>A text message; it is overwritten where it has base64.</summary>
    public void OnText(Span<byte> message)
    {
        var problem = LinkCommand.TryRead(message, out var command);
        if (problem is not null)
        {
            Mistake(command.RequestId, ErrorCode.BadRequest, problem);
            return;
        }

        switch (command.Kind)
        {
            case LinkCommandKind.Publish:
                Publish(command.Publish);
                break;
            case LinkCommandKind.Answer:
                _worker.HearAnswer(command.RequestId, command.Answer.ToArray(), command.RequestCredit);
                break;
            case LinkCommandKind.Credit:
                _worker.Hear(new LinkItem(LinkItemKind.Credit, Number: command.RequestCredit, Key: (ulong)command.FrameCredit));
                break;
            default:
                _worker.Hear(new LinkItem(LinkItemKind.Drain));
                break;
        }
    }

    /// <summary>A binary message.</summary>
    public void OnBinary(ReadOnlySpan<byte> message)
    {
        var reader = new LinkItemReader(message);
        while (reader.TryRead(out var item, out var problem))
        {
            if (problem is null)
            {
                Publish(item);
            }
            else
            {
                Mistake(item.Receipt, ErrorCode.BadRequest, problem);
            }
        }

        if (reader.IsBroken)
        {
            Mistake(0, ErrorCode.BadRequest, "A binary message is a sequence of items, each with its length in front.");
        }
    }

    public void OnPing(ReadOnlySpan<byte> payload) => _worker.Hear(new LinkItem(LinkItemKind.Pong, payload.ToArray()));

    public void OnClose(ushort code) => _worker.Hear(new LinkItem(LinkItemKind.PeerClosed, Number: code == NoCloseCode ? CloseCode.Normal : code));

    public void OnProtocolError(ushort code, string reason) => _worker.Hear(new LinkItem(LinkItemKind.ProtocolError, reason, Number: code));

    /// <summary>Nothing more comes.</summary>
    public void OnEnd() => _worker.Lose();

    private void Publish(in LinkPublish publish)
    {
        var (code, text) = _publisher.Publish(publish);
        if (code == ErrorCode.None)
        {
            Interlocked.Increment(ref _link.Published);
        }
        else
        {
            Mistake(publish.Receipt, code, text);
        }
    }

    private void Mistake(long id, ErrorCode code, string text) => _worker.Hear(new LinkItem(LinkItemKind.Mistake, text, Number: id, Key: (ulong)code));

    private async Task GiveReceiptAsync(long id, Task<Published> count)
    {
        var published = await count.ConfigureAwait(false);
        if (published.Refusal == ErrorCode.None)
        {
            _worker.GiveReceipt(id, published);
        }
        else
        {
            Mistake(id, published.Refusal, PublishVerdicts.Text(published.Refusal));
        }
    }
}
