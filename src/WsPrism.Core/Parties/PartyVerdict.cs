using WsPrism.Protocol;

namespace WsPrism.Core.Parties;

/// <summary>What became of a request to a party: done, or refused with a code and a short text.</summary>
internal readonly record struct PartyVerdict(ErrorCode Code, string Text)
{
    public static PartyVerdict Done => new(ErrorCode.None, string.Empty);

    public static PartyVerdict NoParty => new(ErrorCode.NotInRoom, "This user is in no party.");

    public static PartyVerdict InParty => new(ErrorCode.NotAllowed, "This user is in a party; leave it first.");

    public static PartyVerdict NotLeader => new(ErrorCode.NotAllowed, "Only the leader of the party may do that.");

    public static PartyVerdict NotMember => new(ErrorCode.NotAllowed, "That user is not in the party.");

    public static PartyVerdict IsMember => new(ErrorCode.NotAllowed, "That user is in the party.");

    public static PartyVerdict IsSelf => new(ErrorCode.NotAllowed, "Who leads leaves by itself.");

    public static PartyVerdict NotInvited => new(ErrorCode.NotAllowed, "There is no such invitation.");

    public static PartyVerdict IsFull => new(ErrorCode.ResourceExhausted, "The party is full.");

    public static PartyVerdict TooManyParties => new(ErrorCode.ResourceExhausted, "The tenant has as many parties as it may.");

    public static PartyVerdict TooManyInvitations => new(ErrorCode.ResourceExhausted, "There are as many invitations as may be, from this party or to that user.");

    public static PartyVerdict NoReadyCheck => new(ErrorCode.NotAllowed, "No ready check is under way; the leader begins one.");
}
