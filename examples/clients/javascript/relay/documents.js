// What relay-compiler reads. In a React application these stand in the components, and a build plugin puts the artifacts
// in their place; without one, walk.mjs takes the artifacts by name.
import { graphql } from 'relay-runtime';

graphql`
  query documentsWhoAmIQuery {
    viewer {
      admin { email }
      partner { name }
    }
  }
`;

graphql`
  query documentsCustomersQuery {
    ...documents_customers
  }
`;

graphql`
  fragment documents_customers on Query
  @argumentDefinitions(count: { type: "Int", defaultValue: 25 }, cursor: { type: "String" })
  @refetchable(queryName: "documentsCustomersPageQuery") {
    customers(first: $count, after: $cursor, orderBy: { field: URGENCY }) @connection(key: "documents_customers") {
      totalCount
      edges { node { id name primaryStatus } }
    }
  }
`;

graphql`
  mutation documentsCreateTagMutation($input: CreateTagInput!) {
    createTag(input: $input) {
      tag { id name }
      userErrors { code field message }
    }
  }
`;

graphql`
  query documentsNodeQuery($id: ID!) {
    node(id: $id) { id }
  }
`;
