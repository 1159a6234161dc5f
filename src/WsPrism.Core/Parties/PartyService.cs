using WsPrism.Core.Sessions;
using WsPrism.Protocol;
using WsPrism.Services;

namespace WsPrism.Core.Parties;

/// <summary>
/// The <c>party</c> service (PROTOCOL §7). It reads what a client wants; the tenant's <see cref="PartyBook"/> decides. It stands in the core because parties belong to
/// users wherever their sessions are. Stateless, safe for all threads.
/// </summary>
internal sealed class PartyService : IExtService
{
    public static readonly PartyService Instance = new();

    private PartyService()
    {
    }

    public static ReadOnlySpan<byte> NameUtf8 => "party"u8;

    public string Name => "party";

    public void OnMessage(in ExtMessage message, IExtContext context)
    {
        if (!PartyRequest.TryRead(message.Data, out var request))
        {
            context.Fail(ErrorCode.BadRequest, "data must be an object: user and party are names, ready is true or false.");
            return;
        }

        var session = (Session)context.Session;
        var book = session.Tenant.Parties;
        if (message.Type.SequenceEqual("create"u8))
        {
            AnswerParty(book.Create(session, out var party), party, context);
        }
        else if (message.Type.SequenceEqual("invite"u8))
        {
            ForUser(request, context, user => book.Invite(session, user));
        }
        else if (message.Type.SequenceEqual("accept"u8))
        {
            ForParty(request, context, id => AnswerParty(book.Accept(session, id, out var party), party, context));
        }
        else if (message.Type.SequenceEqual("decline"u8))
        {
            ForParty(request, context, id => Answer(book.Decline(session, id), context));
        }
        else if (message.Type.SequenceEqual("leave"u8))
        {
            Answer(book.Leave(session), context);
        }
        else if (message.Type.SequenceEqual("kick"u8))
        {
            ForUser(request, context, user => book.Kick(session, user));
        }
        else if (message.Type.SequenceEqual("promote"u8))
        {
            ForUser(request, context, user => book.Promote(session, user));
        }
        else if (message.Type.SequenceEqual("ready"u8))
        {
            Answer(book.Ready(session, request.IsReady), context);
        }
        else
        {
            context.Fail(ErrorCode.BadRequest, "party knows create, invite, accept, decline, leave, kick, promote and ready.");
        }
    }

    private static void ForUser(in PartyRequest request, IExtContext context, Func<string, PartyVerdict> act)
    {
        if (request.User is { } user)
        {
            Answer(act(user), context);
        }
        else
        {
            context.Fail(ErrorCode.BadRequest, "data must name a user: {\"user\":\"…\"}.");
        }
    }

    private static void ForParty(in PartyRequest request, IExtContext context, Action<string> act)
    {
        if (request.Party is { } party)
        {
            act(party);
        }
        else
        {
            context.Fail(ErrorCode.BadRequest, "data must name the party: {\"party\":\"…\"}.");
        }
    }

    private static void Answer(PartyVerdict verdict, IExtContext context)
    {
        if (verdict.Code != ErrorCode.None)
        {
            context.Fail(verdict.Code, verdict.Text);
        }
    }

    private static void AnswerParty(PartyVerdict verdict, Party? party, IExtContext context)
    {
        if (party is null)
        {
            context.Fail(verdict.Code, verdict.Text);
            return;
        }

        var json = context.BeginData();
        json.WriteStartObject();
        json.WriteString("party"u8, party.Id);
        json.WriteString("room"u8, party.Room);
        json.WriteEndObject();
        context.Answer();
    }
}
