//! The enums of the protocol. Members that belong to operations not served here are listed too: reading them is one
//! thing, doing what they say another.

enumeration! {
    /// Side of an order.
    Side "SIDE_" {
        Unknown = 0 "UNKNOWN",
        Buy = 1 "BUY",
        Sell = 2 "SELL",
        ShortSell = 3 "SHORTSELL",
        ShortSellExempt = 4 "SHORTSELL_EXEMPT",
        AsDefined = 5 "AS_DEFINED",
        Opposite = 6 "OPPOSITE",
    }

    /// Type of an order.
    OrderType "ORDERTYPE_" {
        Unknown = 0 "UNKNOWN",
        Market = 1 "MARKET",
        Limit = 2 "LIMIT",
        Stop = 3 "STOP",
        StopLimit = 4 "STOP_LIMIT",
        MarketToLimit = 5 "MARKET_TO_LIMIT",
        Pegged = 6 "PEGGED",
    }

    /// How long an order lives.
    Lifetime "LIFETIME_" {
        Unknown = 0 "UNKNOWN",
        Day = 1 "DAY",
        GoodTillCancel = 2 "GOOD_TILL_CANCEL",
        ImmediateOrCancel = 3 "IMMEDIATE_OR_CANCEL",
        FillOrKill = 4 "FILL_OR_KILL",
        GoodTillDate = 5 "GOOD_TILL_DATE",
    }

    /// Kind of an identity.
    IdentityType "IdentityType_" {
        Unknown = 0 "Unknown",
        System = 1 "System",
        Service = 2 "Service",
        Operator = 3 "Operator",
    }

    /// How an identity source proves who someone is.
    IdentityAuthentication "IdentityAuthentication_" {
        Unknown = 0 "Unknown",
        Jwt = 1 "JWT",
    }

    /// What a client asks for.
    ClientRequestType "ClientRequestType_" {
        Unknown = 0 "Unknown",
        New = 10 "New",
        Amend = 11 "Amend",
        Cancel = 12 "Cancel",
        Move = 13 "Move",
        CashTransfer = 20 "CashTransfer",
        Update = 100 "Update",
    }

    /// Version of the streaming protocol.
    StreamingVersion "StreamingVersion_" {
        Initial = 0 "Initial",
    }

    /// What a message from the client is.
    RequestMessageType "RequestMessageType_" {
        Unknown = 0 "Unknown",
        Subscribe = 10 "Subscribe",
        Unsubscribe = 11 "Unsubscribe",
        Synchronise = 19 "Synchronise",
        ClientRequest = 20 "ClientRequest",
        FeedRequest = 29 "FeedRequest",
    }

    /// What a message to the client is.
    EventMessageType "EventMessageType_" {
        Unknown = 0 "Unknown",
        Response = 99 "Response",
        SnapshotStart = 100 "SnapshotStart",
        SnapshotFinish = 101 "SnapshotFinish",
        Bookmark = 109 "Bookmark",
        Update = 200 "Update",
        Feed = 300 "Feed",
    }

    /// A view that can be subscribed to.
    SubscriptionType "SubscriptionType_" {
        Unknown = 0 "Unknown",
        Status = 10 "Status",
        Updates = 11 "Updates",
        Transactions = 12 "Transactions",
        Recent = 13 "Recent",
        Holdings = 21 "Holdings",
        Balances = 22 "Balances",
        Requests = 23 "Requests",
        Orders = 24 "Orders",
        Metadata = 30 "Metadata",
        Feed = 40 "Feed",
    }

    /// What an update is about.
    UpdateEventType "UpdateEventType_" {
        Unknown = 0 "Unknown",
        Operation = 10 "Operation",
        Action = 11 "Action",
        ClientRequest = 12 "ClientRequest",
        ClientRequestUpdate = 13 "ClientRequestUpdate",
        Status = 19 "Status",
        Holding = 20 "Holding",
        Balance = 21 "Balance",
        Order = 22 "Order",
        Request = 23 "Request",
        Transaction = 24 "Transaction",
    }

    /// Whether a record is replaced or removed.
    UpdateAction "UpdateAction_" {
        Update = 0 "Update",
        Remove = 1 "Remove",
    }
}
